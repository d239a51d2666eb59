using Timestone.Engine;

namespace Timestone.Tests.Support;

/// <summary>
/// A clock that stands still until it is advanced. Advancing it goes from due timer to due timer, so that each callback
/// runs, on the caller's thread, at the time it was set for, and the timers that a callback sets are met as well. The wall clock
/// can jump, which the monotonic one and the timers do not notice. Where a test needs none of this, it takes a <c>FakeTimeProvider</c>.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> Matches, TaskCompletionSource Seen)> _watches = [];
    private DateTimeOffset _now = start ?? Start;
    private TimeSpan _jumped;
    private long _timersMade;

    /// <summary>When it begins, unless it is told otherwise.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now + _jumped;
    }

    public override long GetTimestamp() => Steady.UtcTicks;

    /// <summary>Which boot the machine is in.</summary>
    public Guid Boot { get; set; } = Guid.NewGuid();

    /// <summary>Its time since the machine's boot, for a journal.</summary>
    public BootTime? TimeSinceBoot() => new BootTime(Boot, GetTimestamp() / TimeSpan.TicksPerMillisecond);

    // The wall clock as it would be without its jumps.
    private DateTimeOffset Steady
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, () => callback(state), Interlocked.Increment(ref _timersMade));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Sets the wall clock forward, or back.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
            _jumped += by;
    }

    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var target = Steady + duration;
        while (TakeDue(target) is { } due)
            due.Fire();
    }

    /// <summary>Completes when a timer is set, or is set already, to fire after a time that matches.</summary>
    public async Task TimerAsync(Func<TimeSpan, bool> matches)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_timers.Exists(timer => matches(timer.Due - _now)))
                return;
            _watches.Add((matches, seen));
        }

        await seen.Task.WaitAsync(Patience);
    }

    // Moves the clock to the next timer due by the target, else to the target.
    private ManualTimer? TakeDue(DateTimeOffset target)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= target).MinBy(timer => (timer.Due, timer.Number));
            var reached = next?.Due ?? target;
            if (reached > _now)
                _now = reached;
            if (next is null)
                return null;
            if (next.Period > TimeSpan.Zero)
                next.Due += next.Period;
            else
                _timers.Remove(next);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire, long number) : ITimer
    {
        public long Number => number;

        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                Period = period;
                if (dueTime < TimeSpan.Zero)
                    return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
                foreach (var (_, seen) in clock._watches.Where(watch => watch.Matches(dueTime)))
                    seen.TrySetResult();
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
