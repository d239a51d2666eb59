namespace Timestone.Tests.Simulation;

/// <summary>A timer of <see cref="SimulatedTime"/>; it fires once each time it is set.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
{
    public long? DueAt { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : time.Elapsed + (long)Math.Ceiling(dueTime.TotalMilliseconds);
        return true;
    }

    public void Fire()
    {
        DueAt = null;
        callback(state);
    }

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
