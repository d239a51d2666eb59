using System.Diagnostics;
using Timestone.Bench.Rest;
using Timestone.Engine;

namespace Timestone.Bench.Events;

/// <summary>Counts what another sink has taken, and how late.</summary>
internal sealed class CountingSink(IOutboxSink inner) : IOutboxSink
{
    private volatile TaskCompletionSource _reached = new();
    private long _target = long.MaxValue;
    private long _count;

    public Latencies Latencies { get; } = new();

    /// <summary>Ends when it has taken so many in all. Waited for by one caller at a time.</summary>
    public Task ReachAsync(long count)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _target, count);
        if (Volatile.Read(ref _count) >= count)
            _reached.TrySetResult();
        return _reached.Task;
    }

    public async ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        await inner.DeliverAsync(batch, cancellationToken).ConfigureAwait(false);
        var now = DateTimeOffset.UtcNow;
        foreach (var entry in batch.Entries)
            Latencies.Add((long)((now - DateTimeOffset.FromUnixTimeMilliseconds(entry.At)).TotalSeconds * Stopwatch.Frequency));
        if (Interlocked.Add(ref _count, batch.Entries.Count) >= Volatile.Read(ref _target))
            _reached.TrySetResult();
    }
}
