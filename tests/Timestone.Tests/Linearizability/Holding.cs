namespace Timestone.Tests.Linearizability;

/// <summary>A lease of <see cref="Standing"/>.</summary>
/// <param name="Token">Its token; null when a dequeue of unknown outcome took it, of which then nothing else is known either.</param>
/// <param name="Length">How long it was given for, in milliseconds.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="RequestId">The request that took it.</param>
internal sealed record Holding(string? Token, Interval Length, string? Worker, string? RequestId);
