namespace Timestone.Engine;

/// <summary>
/// A time that a queue has seen, and what the wall clock said then: what whoever opens it next goes on from. Stored where the times of the
/// queue's messages do not show it.
/// </summary>
/// <param name="Time">The queue's time, in Unix milliseconds.</param>
/// <param name="Wall">The wall clock, in Unix milliseconds; earlier where the queue was ahead of it.</param>
public readonly record struct SeenTime(long Time, long Wall)
{
    /// <summary>By how many milliseconds what follows from what is stored may differ from the queue's time.</summary>
    public const long MostUnseenMs = 1000;

    /// <summary>The queue's time when the wall clock says something, as far as can be told from this: as if the wall clock had run steadily since.</summary>
    /// <param name="wall">What it says, in Unix milliseconds.</param>
    public long At(long wall) => Time + (wall > Wall ? ((wall - Wall) / 100 * QueueClock.PercentWhenAhead) + ((wall - Wall) % 100 * QueueClock.PercentWhenAhead / 100) : 0);
}
