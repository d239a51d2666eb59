namespace Timestone.Backends.Elasticsearch;

/// <summary>Which index of current messages has which alias.</summary>
/// <param name="Current">The index that searches read; null where there is none.</param>
/// <param name="Next">The index that is to become that one; null while none is built.</param>
internal sealed record IndexAliases(string? Current, string? Next);
