using System.Collections.Concurrent;
using System.Diagnostics;

namespace Timestone.Orleans.Tests.Failover;

/// <summary>
/// A producer and a consumer for each of a few queues, half of them over REST by silos in turn, half through an Orleans client. Each call is
/// repeated until it is answered; how long that took is remembered.
/// </summary>
public sealed class ClusterLoad : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private readonly SiloProcesses _silos;
    private readonly string[] _queues;
    private readonly CancellationTokenSource _producing = new();
    private readonly CancellationTokenSource _consuming = new();
    private readonly ConcurrentDictionary<(string Queue, string Id), int> _completions = new();
    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly long[] _enqueued;
    private readonly long[] _completed;
    private readonly Task[] _producers;
    private readonly Task[] _consumers;

    public ClusterLoad(SiloProcesses silos, int queues)
    {
        _silos = silos;
        _queues = [.. Enumerable.Range(0, queues).Select(i => $"load-{i}")];
        (_enqueued, _completed) = (new long[queues], new long[queues]);
        _producers = [.. Enumerable.Range(0, queues).Select(i => Task.Run(() => ProduceAsync(i)))];
        _consumers = [.. Enumerable.Range(0, queues).Select(i => Task.Run(() => ConsumeAsync(i)))];
    }

    /// <summary>One call that was answered in the end.</summary>
    /// <param name="Queue">The number of its queue.</param>
    /// <param name="At">When it was first tried.</param>
    /// <param name="Took">How long it took to be answered, with all tries; what a dequeue was to wait is not counted.</param>
    /// <param name="Failures">How many tries failed.</param>
    public readonly record struct Call(int Queue, DateTime At, TimeSpan Took, int Failures);

    public IReadOnlyCollection<Call> Calls => _calls;

    public long Enqueued => _enqueued.Sum(static count => count);

    /// <summary>Waits until every queue has taken and completed so many messages more.</summary>
    public async Task ProgressAsync(int messages)
    {
        var (enqueued, completed) = ((long[])_enqueued.Clone(), (long[])_completed.Clone());
        while (!Enumerable.Range(0, _queues.Length).All(i => Volatile.Read(ref _enqueued[i]) >= enqueued[i] + messages && Volatile.Read(ref _completed[i]) >= completed[i] + messages))
        {
            await Task.WhenAny([.. _producers, .. _consumers, Task.Delay(RetryDelay)]);
            if (_producers.Concat(_consumers).FirstOrDefault(static task => task.IsFaulted) is { } failed)
                await failed;
        }
    }

    /// <summary>Ends the producers, lets the consumers empty the queues, and answers what is not as promised.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync()
    {
        await _producing.CancelAsync();
        await Task.WhenAll(_producers);
        foreach (var queue in _queues)
        {
            while (await RetryAsync(-1, service => service.GetDepthAsync(queue)) > 0)
                await Task.Delay(RetryDelay);
        }

        await _consuming.CancelAsync();
        await Task.WhenAll(_consumers);
        var wrong = new List<string>();
        for (var i = 0; i < _queues.Length; i++)
        {
            var counts = (await RetryAsync(-1, service => service.GetStatsAsync(_queues[i]))).Counts;
            if (counts.Completed != _enqueued[i])
                wrong.Add($"{_queues[i]}: {_enqueued[i]} acknowledged, {counts}");
            for (var n = 0; n < _enqueued[i]; n++)
            {
                if (_completions.GetValueOrDefault((_queues[i], $"m{n}")) is var times && times > 1)
                    wrong.Add($"{_queues[i]}/m{n} was completed {times} times.");
            }
        }

        return wrong;
    }

    public async ValueTask DisposeAsync()
    {
        await _producing.CancelAsync();
        await _consuming.CancelAsync();
        await Task.WhenAll([.. _producers, .. _consumers]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _producing.Dispose();
        _consuming.Dispose();
    }

    private async Task ProduceAsync(int queue)
    {
        for (var n = 0; !_producing.IsCancellationRequested; n++)
        {
            var message = new NewMessage { Id = $"m{n}", Payload = Payload.FromText(_queues[queue]) };
            await RetryAsync(queue, service => service.EnqueueAsync(_queues[queue], message));
            Interlocked.Increment(ref _enqueued[queue]);
        }
    }

    private async Task ConsumeAsync(int queue)
    {
        var wait = TimeSpan.FromMilliseconds(200);
        while (!_consuming.IsCancellationRequested)
        {
            var request = new DequeueRequest { Max = 5, Wait = wait, Lease = Lease, RequestId = Guid.NewGuid().ToString("N") };
            DequeueResult taken;
            try
            {
                taken = await RetryAsync(queue, service => service.DequeueAsync(_queues[queue], request), wait);
            }
            catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
            {
                continue;
            }

            foreach (var message in taken.Messages)
                await CompleteAsync(queue, message);
        }
    }

    private async Task CompleteAsync(int queue, Message message)
    {
        try
        {
            var done = await RetryAsync(queue, service => service.CompleteAsync(_queues[queue], message.Id, message.LeaseToken!));
            if (done.Duplicate == false)
                _completions.AddOrUpdate((_queues[queue], message.Id), 1, static (_, times) => times + 1);
            Interlocked.Increment(ref _completed[queue]);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.LeaseLost)
        {
            // Its lease has expired meanwhile: somebody else completes it.
        }
    }

    private async Task<T> RetryAsync<T>(int queue, Func<ITimestone, Task<T>> call, TimeSpan wait = default)
    {
        var (at, began) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        for (var failures = 0; ; failures++)
        {
            var service = queue % 2 == 1 ? _silos.External : _silos.Rest[(Math.Max(queue, 0) + failures) % SiloProcesses.Count];
            try
            {
                var answer = await call(service);
                var took = Stopwatch.GetElapsedTime(began) - wait;
                _calls.Enqueue(new Call(queue, at, took < TimeSpan.Zero ? TimeSpan.Zero : took, failures));
                return answer;
            }
            catch (TimestoneException problem) when (problem.Code == ErrorCode.Unavailable)
            {
                await Task.Delay(RetryDelay);
            }
        }
    }
}
