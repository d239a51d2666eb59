using System.Diagnostics;
using Timestone.Bench.Rest;
using Timestone.Engine;

namespace Timestone.Bench.Events;

/// <summary>An index that keeps nothing of what is written but the count, and how late it came.</summary>
/// <param name="transitions">How many are to come; each is two events.</param>
/// <param name="warmup">How many of them come before it is measured.</param>
internal sealed class CountingIndex(int transitions, int warmup) : IIndexWriter
{
    private readonly TaskCompletionSource<TimeSpan> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Latencies _latencies = new();
    private long _first;
    private int _events;

    /// <summary>Ends when the first have come: what comes then comes at its own pace.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Ends when everything was written, with how long that took from the first write on.</summary>
    public Task<TimeSpan> Taken => _taken.Task;

    public double[] Percentiles(params double[] shares) => _latencies.Percentiles(shares);

    public void ForgetLatencies() => Interlocked.Exchange(ref _latencies, new Latencies());

    public Task<IReadOnlyList<RejectedEvent>> WriteAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken = default)
    {
        lock (_taken)
            Count(events);
        return Task.FromResult<IReadOnlyList<RejectedEvent>>([]);
    }

    private void Count(IReadOnlyList<StreamEvent> events)
    {
        if (_first == 0)
            _first = Stopwatch.GetTimestamp();
        var (now, latencies) = (DateTimeOffset.UtcNow, _latencies);
        foreach (var each in events)
            latencies.Add((long)((now - (each.Transition?.At ?? each.Message!.UpdatedAt)).TotalSeconds * Stopwatch.Frequency));
        _events += events.Count;
        if (_events >= 2 * warmup)
            _begun.TrySetResult();
        if (_events >= 2 * transitions)
            _taken.TrySetResult(Stopwatch.GetElapsedTime(_first));
    }
}
