namespace Timestone.Tests.Simulation;

/// <summary>What of a queue's statistics is specified to the letter.</summary>
internal sealed record ReferenceStats(StateCounts Counts, TimeSpan? OldestPending);
