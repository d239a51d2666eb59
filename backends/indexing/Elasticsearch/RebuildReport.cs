namespace Timestone.Indexing.Elasticsearch;

/// <summary>How far a rebuild has come, and in the end what it has done.</summary>
/// <param name="Index">The new index.</param>
/// <param name="Queues">Queues copied.</param>
/// <param name="Messages">Messages copied.</param>
public sealed record RebuildReport(string Index, long Queues, long Messages);
