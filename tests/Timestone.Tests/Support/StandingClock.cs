namespace Timestone.Tests.Support;

/// <summary>
/// A clock that stands still until it is advanced, while timers run as the system's do: for what waits for servers and goes by time
/// besides.
/// </summary>
public sealed class StandingClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public void Advance(TimeSpan duration) => Interlocked.Add(ref _now, duration.Ticks);
}
