using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// What the clock of Redis says, from its answers and the time that has passed since by a monotonic clock. An answer took a while, so it
/// says within which bounds that clock is; all answers together say it more closely.
/// </summary>
/// <remarks>
/// An answer that contradicts those before it holds alone: this machine was suspended, and its monotonic clock stood, or Redis has another
/// clock now.
/// For several threads.
/// </remarks>
/// <param name="time">Has the monotonic clock.</param>
internal sealed class StoreClock(TimeProvider time)
{
    private readonly Lock _sync = new();

    // How many microseconds the clock of Redis is before the monotonic one, at the least and at the most.
    private (long Earliest, long Latest)? _lead;

    /// <summary>What the monotonic clock says: to be read before Redis is asked.</summary>
    public long Timestamp => time.GetTimestamp();

    /// <summary>What the clock of Redis says now. Not before an answer was noted.</summary>
    public StoreTime Now
    {
        get
        {
            lock (_sync)
            {
                var (earliest, latest) = _lead!.Value;
                var now = Microseconds(time.GetTimestamp());
                return new StoreTime((earliest + now) / 1000, (latest + now + 999) / 1000);
            }
        }
    }

    /// <summary>Notes an answer that has just come.</summary>
    /// <param name="said">What the clock of Redis said, in Unix milliseconds, rounded down.</param>
    /// <param name="asked">The <see cref="Timestamp"/> before.</param>
    public void Note(long said, long asked)
    {
        var answered = time.GetTimestamp();
        lock (_sync)
        {
            var (earliest, latest) = ((said * 1000) - Microseconds(answered), ((said + 1) * 1000) - Microseconds(asked));
            if (_lead is { } known && Math.Max(known.Earliest, earliest) <= Math.Min(known.Latest, latest))
                (earliest, latest) = (Math.Max(known.Earliest, earliest), Math.Min(known.Latest, latest));
            _lead = (earliest, latest);
        }
    }

    // In two steps, as the product does not fit.
    private long Microseconds(long timestamp)
    {
        var (seconds, rest) = Math.DivRem(timestamp, time.TimestampFrequency);
        return (seconds * 1_000_000) + (rest * 1_000_000 / time.TimestampFrequency);
    }
}
