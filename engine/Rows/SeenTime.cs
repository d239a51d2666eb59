namespace Timestone.Engine;

/// <summary>
/// A time that a queue has seen, and what a clock said then: what whoever opens it next goes on from. Stored where the times of the
/// queue's messages do not show it.
/// </summary>
/// <param name="Time">The queue's time, in Unix milliseconds.</param>
/// <param name="Clock">The wall clock then, or the store's own where it has one (<see cref="IQueueJournal.StoreTime"/>), in Unix
/// milliseconds.</param>
/// <param name="Boot">What <see cref="IQueueJournal.BootTime"/> was then; null where there was none.</param>
public readonly record struct SeenTime(long Time, long Clock, BootTime? Boot = null)
{
    /// <summary>By how many milliseconds what follows from what is stored may differ from the queue's time.</summary>
    public const long MostUnseenMs = 1000;

    /// <summary>How fast a queue's time goes while it is ahead of the clock, in parts of a hundred.</summary>
    public const int PercentWhenAhead = 99;

    /// <summary>
    /// The queue's time when that clock says something, as far as can be told from this: as if the clock had run steadily since.
    /// </summary>
    /// <param name="clock">What it says, in Unix milliseconds.</param>
    public long At(long clock) => After(clock - Clock);

    /// <summary>
    /// The queue's time now, as far as can be told from this: by the machine's time since its boot where that is the same boot, as it tells
    /// what has passed whatever the wall clock was set to meanwhile; else by the clock.
    /// </summary>
    /// <param name="clock">What the clock says, in Unix milliseconds.</param>
    /// <param name="boot">What the machine says; null where it does not.</param>
    public long At(long clock, BootTime? boot) =>
        Boot is { } then && boot is { } now && then.Boot == now.Boot ? After(now.Milliseconds - then.Milliseconds) : At(clock);

    private long After(long milliseconds) =>
        milliseconds <= 0
            ? Time
            : Time + (milliseconds / 100 * PercentWhenAhead) + (milliseconds % 100 * PercentWhenAhead / 100);
}
