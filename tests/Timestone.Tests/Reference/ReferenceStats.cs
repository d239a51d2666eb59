namespace Timestone.Tests.Reference;

/// <summary>
/// A queue in figures that need not be exact: those of the last minute may be kept in steps. They lie between those of a little less and
/// of a little more than a minute.
/// </summary>
internal sealed record ReferenceStats(QueueStats Least, QueueStats Most)
{
    public bool Matches(QueueStats stats)
    {
        return Least.Counts == stats.Counts && Least.OldestPending == stats.OldestPending && Least.Removed == stats.Removed
            && IsBetween(static lateness => lateness.Dequeued)
            && IsBetween(static lateness => lateness.Late)
            && IsBetween(static lateness => lateness.Max.Ticks)
            && stats.Lateness.Mean >= TimeSpan.Zero && stats.Lateness.Mean <= stats.Lateness.Max;

        bool IsBetween(Func<Lateness, long> figure) =>
            figure(stats.Lateness) >= figure(Least.Lateness) && figure(stats.Lateness) <= figure(Most.Lateness);
    }
}
