namespace Timestone.Tests.Simulation;

/// <summary>A clock that stands until it is moved, and whose timers fire when they are told to.</summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly List<SimulatedTimer> _timers = [];
    private Guid _boot = Guid.AllBitsSet;
    private long _bootedAt;

    /// <summary>The wall clock, in Unix milliseconds; it can go back.</summary>
    public long Now { get; set; } = 1_700_000_000_000;

    /// <summary>Milliseconds since some beginning; it cannot.</summary>
    public long Elapsed { get; set; }

    /// <summary>Which boot the machine is in, and for how many milliseconds.</summary>
    public (Guid Boot, long Since) Machine => (_boot, Elapsed - _bootedAt);

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);

    public override long GetTimestamp() => Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires one timer whose time has come; false when there is none.</summary>
    public bool FireOne()
    {
        var timer = _timers.Find(timer => timer.DueAt <= Elapsed);
        timer?.Fire();
        return timer is not null;
    }

    /// <summary>The machine boots anew.</summary>
    /// <param name="random">Names the boot.</param>
    public void Boot(Random random)
    {
        Span<byte> name = stackalloc byte[16];
        random.NextBytes(name);
        (_boot, _bootedAt) = (new Guid(name), Elapsed);
    }

    /// <summary>Forgets all timers: their process is dead.</summary>
    public void Clear() => _timers.Clear();

    public void Remove(SimulatedTimer timer) => _timers.Remove(timer);
}
