using System.Collections.Concurrent;
using System.Diagnostics;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Failover;

/// <summary>
/// A producer and a consumer for each of a few queues, half of them over REST by silos in turn, half through an Orleans client. Each call
/// is repeated until it is answered; how long that took is remembered.
/// </summary>
public sealed class ClusterLoad : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private readonly SiloProcesses _silos;
    private readonly string[] _queues;
    private readonly CancellationTokenSource _producing = new();
    private readonly CancellationTokenSource _consuming = new();
    private readonly ConcurrentDictionary<(string Queue, string Id), int> _completions = new();
    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly Tally[] _enqueued;
    private readonly Tally[] _completed;
    private readonly TimeSpan _pace;
    private readonly Task[] _producers;
    private readonly Task[] _consumers;

    /// <param name="silos">The silos.</param>
    /// <param name="queues">How many queues.</param>
    /// <param name="pace">How long each producer rests after a message.</param>
    public ClusterLoad(SiloProcesses silos, int queues, TimeSpan pace = default)
    {
        _silos = silos;
        _pace = pace;
        _queues = [.. Enumerable.Range(0, queues).Select(i => $"load-{i}")];
        _enqueued = [.. Enumerable.Range(0, queues).Select(static _ => new Tally())];
        _completed = [.. Enumerable.Range(0, queues).Select(static _ => new Tally())];
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

    /// <summary>
    /// A silo that REST is not spoken to from now on, as a load balancer does with one that does not answer; -1 for none.
    /// </summary>
    public int Shunned { get; set; } = -1;

    /// <summary>The longest call of each queue that was underway at some time between two.</summary>
    public IEnumerable<TimeSpan> LongestBetween(DateTime since, DateTime until) =>
        _calls.Where(call => call.Queue >= 0 && call.At < until && call.At + call.Took >= since)
            .GroupBy(static call => call.Queue)
            .Select(static queue => queue.Max(static call => call.Took));

    public int Enqueued => _enqueued.Sum(static tally => tally.Total);

    /// <summary>Waits until every queue has taken and completed so many messages more.</summary>
    public Task ProgressAsync(int messages) =>
        WaitAsync(Task.WhenAll(_enqueued.Concat(_completed).Select(tally => tally.MoreAsync(messages))), [.. _producers, .. _consumers]);

    /// <summary>Ends the producers, lets the consumers empty the queues, and answers what is not as promised.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync()
    {
        await _producing.CancelAsync();
        await Task.WhenAll(_producers);
        for (var i = 0; i < _queues.Length; i++)
        {
            // Before asking: what is completed after that is heard of.
            var next = _completed[i].MoreAsync(1);
            while (await RetryAsync(-1, service => service.GetDepthAsync(_queues[i])) > 0)
            {
                await WaitAsync(next, _consumers);
                next = _completed[i].MoreAsync(1);
            }
        }

        await _consuming.CancelAsync();
        await Task.WhenAll(_consumers);
        var wrong = new List<string>();
        for (var i = 0; i < _queues.Length; i++)
        {
            var stats = await RetryAsync(-1, service => service.GetStatsAsync(_queues[i]));
            var enqueued = _enqueued[i].Total;

            // What was completed more than an hour ago is kept no longer.
            if (stats.Counts.Completed + stats.Removed.Retention != enqueued)
                wrong.Add($"{_queues[i]}: {enqueued} acknowledged, {stats.Counts}, {stats.Removed}");
            for (var n = 0; n < enqueued; n++)
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
            _enqueued[queue].Count();
            await Task.Delay(_pace);
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
            _completed[queue].Count();
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.LeaseLost)
        {
            // Its lease has expired meanwhile: somebody else completes it.
        }
    }

    private async Task<T> RetryAsync<T>(int queue, Func<ITimestone, Task<T>> call, TimeSpan wait = default)
    {
        var (at, began, tries) = (DateTime.UtcNow, Stopwatch.GetTimestamp(), 0);
        var answer = await Eventually.SucceedAsync(() =>
        {
            // Past one that is shunned, to the next.
            var turn = (Math.Max(queue, 0) + tries++) % SiloProcesses.Count;
            return call(queue % 2 == 1 ? _silos.External : _silos.Rest[turn == Shunned ? (turn + 1) % SiloProcesses.Count : turn]);
        });
        var took = Stopwatch.GetElapsedTime(began) - wait;
        _calls.Enqueue(new Call(queue, at, took < TimeSpan.Zero ? TimeSpan.Zero : took, tries - 1));
        return answer;
    }

    // A load that ended in an exception will not get there.
    private static async Task WaitAsync(Task awaited, Task[] load)
    {
        var ended = Task.WhenAny(load);
        if (await Task.WhenAny(awaited, ended) == ended)
            await await ended;
        await awaited;
    }
}
