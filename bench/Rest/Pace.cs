using System.Diagnostics;

namespace Timestone.Bench.Rest;

/// <summary>
/// When requests are due. Closed: as soon as the caller is free. Open: on a timetable that all callers of a pace share and
/// that does not wait for anyone, so that a slow answer makes the next requests late instead of fewer (no coordinated omission).
/// </summary>
internal sealed class Pace
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly double _perSecond;
    private readonly Burst? _burst;
    private long _taken;

    private Pace(double perSecond, Burst? burst) => (_perSecond, _burst) = (perSecond, burst);

    public static Pace Closed { get; } = new(0, null);

    /// <summary>A timetable.</summary>
    /// <param name="perSecond">Requests per second.</param>
    /// <param name="burst">When there are more.</param>
    public static Pace Open(double perSecond, Burst? burst = null) => new(perSecond, burst);

    /// <summary>Whether a request is due.</summary>
    public bool IsDue =>
        _perSecond == 0 || _begin + (long)(TimeOf(Volatile.Read(ref _taken)) * Stopwatch.Frequency) <= Stopwatch.GetTimestamp();

    /// <summary>Takes the next place in the timetable if its time has come.</summary>
    /// <param name="dueAt">When it was due, as a timestamp.</param>
    public bool TryTake(out long dueAt)
    {
        dueAt = Stopwatch.GetTimestamp();
        if (_perSecond == 0)
            return true;
        while (true)
        {
            var taken = Volatile.Read(ref _taken);
            var due = _begin + (long)(TimeOf(taken) * Stopwatch.Frequency);
            if (due > dueAt)
                return false;
            if (Interlocked.CompareExchange(ref _taken, taken + 1, taken) != taken)
                continue;
            dueAt = due;
            return true;
        }
    }

    public bool IsBurst(long dueAt) =>
        _burst is not null && (double)(dueAt - _begin) / Stopwatch.Frequency % _burst.EverySeconds < _burst.LastsSeconds;

    // Seconds until the place with that number: each period begins with its burst.
    private double TimeOf(long number)
    {
        if (_burst is null)
            return number / _perSecond;
        var inBurst = _burst.PerSecond * _burst.LastsSeconds;
        var inPeriod = inBurst + (_perSecond * (_burst.EverySeconds - _burst.LastsSeconds));
        var period = Math.Floor(number / inPeriod);
        var rest = number - (period * inPeriod);
        return (period * _burst.EverySeconds)
            + (rest < inBurst ? rest / _burst.PerSecond : _burst.LastsSeconds + ((rest - inBurst) / _perSecond));
    }

    /// <summary>More requests for a while, again and again.</summary>
    internal sealed record Burst(double PerSecond, double LastsSeconds, double EverySeconds);
}
