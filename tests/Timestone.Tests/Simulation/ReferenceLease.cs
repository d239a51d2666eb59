namespace Timestone.Tests.Simulation;

/// <summary>A lease of <see cref="ReferenceMessage"/>.</summary>
/// <param name="Token">Its token; null while nobody was told, as the answer that would have told it was lost.</param>
/// <param name="Length">How long it was given for.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="RequestId">The request that took it.</param>
internal sealed record ReferenceLease(string? Token, long Length, string? Worker, string? RequestId);
