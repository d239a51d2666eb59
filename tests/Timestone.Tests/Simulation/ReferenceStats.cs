namespace Timestone.Tests.Simulation;

/// <summary>
/// A queue in figures. Those behind the oldest are of a window that may be kept in steps: from the least to the most that they may be.
/// </summary>
internal sealed record ReferenceStats(
    StateCounts Counts,
    TimeSpan? OldestPending,
    (long Least, long Most) WithDeadline,
    (long Least, long Most) Late,
    (long Least, long Most) Latest,
    RemovalCounts Removed)
{
    public bool Matches(QueueStats stats) =>
        Counts == stats.Counts && OldestPending == stats.OldestPending && Removed == stats.Removed
        && Within(stats.Lateness.Dequeued, WithDeadline) && Within(stats.Lateness.Late, Late)
        && Within(stats.Lateness.Max.Ticks / TimeSpan.TicksPerMillisecond, Latest)
        && stats.Lateness.Mean >= TimeSpan.Zero && stats.Lateness.Mean <= stats.Lateness.Max;

    private static bool Within(long figure, (long Least, long Most) range) => figure >= range.Least && figure <= range.Most;
}
