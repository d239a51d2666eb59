namespace Timestone.Engine;

/// <summary>
/// A time that a queue has seen, and what a clock said then: what whoever opens it next goes on from. Stored where the times of the
/// queue's messages do not show it.
/// </summary>
/// <param name="Time">The queue's time, in Unix milliseconds.</param>
/// <param name="Clock">The wall clock then, or the store's own where it has one (<see cref="IQueueJournal.StoreTime"/>), in Unix milliseconds.</param>
public readonly record struct SeenTime(long Time, long Clock)
{
    /// <summary>By how many milliseconds what follows from what is stored may differ from the queue's time.</summary>
    public const long MostUnseenMs = 1000;

    /// <summary>The queue's time when that clock says something, as far as can be told from this: as if the clock had run steadily since.</summary>
    /// <param name="clock">What it says, in Unix milliseconds.</param>
    public long At(long clock) => clock <= Clock ? Time : Time + ((clock - Clock) / 100 * QueueClock.PercentWhenAhead) + ((clock - Clock) % 100 * QueueClock.PercentWhenAhead / 100);
}
