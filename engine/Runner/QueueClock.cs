namespace Timestone.Engine;

/// <summary>
/// A queue's time. It is the wall clock's, but never goes back: when the wall clock is behind the latest time seen, it goes on from there
/// by the monotonic clock, 1 % slower, until the two meet. So durations are off by 1 % at most, and a clock that was ahead is caught up
/// with after a hundred times as long as it was ahead.
/// </summary>
/// <remarks>
/// <para>It is fed with both clocks and reads none. The wall clock is to be read before the monotonic one: who is held up between the two
/// then takes a moment for later than the wall clock said, as it is, and not for one in which the queue is ahead.</para>
/// <para>A wall clock that jumps forward is followed at once. After a sleep of the machine, or while nobody had the queue open, that time
/// has passed, and the monotonic clock does not tell.</para>
/// <para>One thread feeds it; any thread may <see cref="Peek"/>.</para>
/// </remarks>
internal sealed class QueueClock
{
    private readonly long _frequency;
    private long _time;
    private long _timestamp;

    /// <summary>Makes the clock of a queue that is opened.</summary>
    /// <param name="latest">The latest time that the queue has seen, in Unix milliseconds; <see cref="long.MinValue"/> for none.</param>
    /// <param name="timestamp">What the monotonic clock says.</param>
    /// <param name="frequency">How much of that is a second.</param>
    public QueueClock(long latest, long timestamp, long frequency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frequency);
        (_time, _timestamp, _frequency) = (latest, timestamp, frequency);
    }

    /// <summary>Tells the queue's time, in Unix milliseconds, and goes on from it.</summary>
    /// <param name="wall">What the wall clock says, in Unix milliseconds.</param>
    /// <param name="timestamp">What the monotonic clock says; no earlier than it did before.</param>
    public long Read(long wall, long timestamp)
    {
        var ahead = Since(_time, _timestamp, timestamp);
        if (wall <= ahead)
            return ahead;
        // Who peeks reads the other way round, and takes the queue for less far ahead than it is, if anything.
        Volatile.Write(ref _timestamp, timestamp);
        Volatile.Write(ref _time, wall);
        return wall;
    }

    /// <summary>Tells the queue's time and leaves the clock as it is.</summary>
    /// <inheritdoc cref="Read"/>
    public long Peek(long wall, long timestamp)
    {
        var time = Volatile.Read(ref _time);
        return Math.Max(wall, Since(time, Volatile.Read(ref _timestamp), timestamp));
    }

    /// <summary>How many milliseconds pass until the queue's time comes to a moment; 0 when it has.</summary>
    /// <param name="due">The moment, in Unix milliseconds.</param>
    /// <param name="now">The queue's time.</param>
    /// <param name="wall">What the wall clock says, in Unix milliseconds.</param>
    public static long Until(long due, long now, long wall)
    {
        var left = due - now;
        if (left <= 0)
            return 0;
        // Whichever is there first: the queue's own time, or the wall clock.
        return now <= wall ? left : Math.Min(left + ((left - 1) / SeenTime.PercentWhenAhead) + 1, due - wall);
    }

    // Reckoned from one moment for as long as the queue is ahead, so that nothing is lost by rounding. In two steps, as the product does
    // not fit for longer than some months.
    private long Since(long time, long from, long timestamp)
    {
        var elapsed = Math.Max(0, timestamp - from);
        var seconds = 0L;
        if (elapsed >= _frequency)
            (seconds, elapsed) = Math.DivRem(elapsed, _frequency);
        return time + (seconds * 10 * SeenTime.PercentWhenAhead) + (elapsed * 10 * SeenTime.PercentWhenAhead / _frequency);
    }
}
