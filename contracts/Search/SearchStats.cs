namespace Timestone;

/// <summary>What the index counts.</summary>
/// <param name="Queues">The queues that it knows, by name.</param>
/// <param name="Freshness">How fresh the answer is.</param>
public sealed record SearchStats(IReadOnlyList<IndexedQueueStats> Queues, Freshness Freshness);
