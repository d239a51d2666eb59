namespace Timestone.Indexing.Memory;

/// <summary>How much a <see cref="MemoryIndex"/> keeps.</summary>
public sealed record MemoryIndexOptions
{
    /// <summary>
    /// How many transitions and removals, of all queues together, are kept to be told as history; the oldest give way. About 100 bytes
    /// each, and what their errors take. At least 1.
    /// </summary>
    public int HistoryLimit { get; init; } = 200_000;
}
