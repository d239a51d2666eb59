namespace Timestone.Engine;

/// <summary>What waits in an outbox for its slowest reader.</summary>
/// <param name="Waiting">How much waits, in <paramref name="Unit"/>.</param>
/// <param name="Limit">How much may wait before the oldest is dropped, in <paramref name="Unit"/>.</param>
/// <param name="Dropped">How much was dropped unread since the journal was opened, in <paramref name="Unit"/>.</param>
/// <param name="Unit">What is counted: <c>bytes</c> or <c>entries</c>.</param>
public readonly record struct OutboxBacklog(long Waiting, long Limit, long Dropped, string Unit);
