namespace Timestone.Bench.Peers.Load;

/// <summary>Counts what is done, and tells those who do it when to stop.</summary>
internal sealed class Counter
{
    private long _count;

    public volatile bool IsOver;

    public long Count => Volatile.Read(ref _count);

    public long Add() => Interlocked.Increment(ref _count);
}
