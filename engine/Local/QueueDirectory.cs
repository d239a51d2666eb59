using System.Collections.Concurrent;

namespace Timestone.Engine;

/// <summary>
/// The queues that this process has open, each with one runner. A queue whose runner stopped is forgotten; one whose
/// journal failed is opened anew in the background, since leases expire there although nobody calls.
/// </summary>
internal sealed class QueueDirectory(
    IJournal journal,
    TimeProvider time,
    TaskScheduler? scheduler,
    MessageEnds ends,
    bool giveWay,
    IQueueObserver? observer
) : IAsyncDisposable
{
    private static readonly Backoff Reopenings = new() { Initial = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromSeconds(10) };

    private readonly ConcurrentDictionary<string, Lazy<Task<OpenQueue?>>> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _reopening = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JournalFencedException> _lost = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private long _earliestCreation = long.MinValue;

    /// <summary>The queues that are open, in no order.</summary>
    public IReadOnlyList<string> Open => [.. _queues.Keys.Where(queue => TryGet(queue) is not null)];

    /// <summary>The open queue whose time is farthest ahead of the wall clock, and how far; null when none is.</summary>
    public (string Queue, TimeSpan By)? Ahead
    {
        get
        {
            (string Queue, TimeSpan By)? farthest = null;
            foreach (var queue in _queues.Keys)
            {
                if (TryGet(queue)?.Ahead is { } by && by > (farthest?.By ?? TimeSpan.Zero))
                    farthest = (queue, by);
            }

            return farthest;
        }
    }

    /// <summary>The queues that are being opened anew because their journal failed.</summary>
    public IReadOnlyList<string> Reopening => [.. _reopening.Keys.Where(queue => TryGet(queue) is null).Order(StringComparer.Ordinal)];

    /// <summary>The runner of a queue that is open; null when it would have to be opened first.</summary>
    public QueueRunner? TryGet(string queue) =>
        _queues.TryGetValue(queue, out var opening)
        && opening is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: { } open } }
            ? open.Runner
            : null;

    /// <summary>Opens a queue unless it is open.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="create">The settings to create it with where it does not exist; null to refuse.</param>
    /// <returns>The queue, and whether this call created it.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.QueueNotFound"/>, <see cref="ErrorCode.QueueFull"/>,
    /// <see cref="ErrorCode.Unavailable"/>.</exception>
    public async Task<(OpenQueue Queue, bool Created)> OpenAsync(string queue, QueueSettings? create)
    {
        while (true)
        {
            if (_closing.IsCancellationRequested)
                throw new TimestoneException(ErrorCode.Unavailable, "The service is shutting down.");
            if (_lost.TryGetValue(queue, out var fence))
                throw new TimestoneException(
                    ErrorCode.Unavailable,
                    $"Queue '{queue.Cut()}' was opened by someone else.",
                    innerException: fence
                );
            // On the pool: the first caller may come on a thread that polls sockets, and reading a queue's rows takes time.
            var mine = new Lazy<Task<OpenQueue?>>(() => Task.Run(() => OpenOnceAsync(queue, create)));
            var opening = _queues.GetOrAdd(queue, mine);
            try
            {
                if (await opening.Value.ConfigureAwait(false) is { } open)
                    return (open, opening == mine && open.Created);
            }
            catch (JournalFullException problem)
            {
                Forget(queue, opening);
                throw new TimestoneException(ErrorCode.QueueFull, problem.Message, innerException: problem);
            }
            catch (Exception problem)
            {
                // Whatever it was: the next call opens it anew.
                Forget(queue, opening);
                throw new TimestoneException(ErrorCode.Unavailable, Describe(queue, problem), innerException: problem);
            }

            Forget(queue, opening);
            if (create is null)
                throw new TimestoneException(ErrorCode.QueueNotFound, $"There is no queue '{queue.Cut()}'.", "queue");
        }
    }

    /// <summary>Closes a queue if it is open: what was begun is finished first.</summary>
    /// <returns>In how long something is due in it next; null when nothing is, or when it was not open.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it was lost before.</exception>
    public async Task<TimeSpan?> CloseAsync(string queue)
    {
        if (_lost.TryRemove(queue, out var fence))
            throw new TimestoneException(ErrorCode.Unavailable, fence.Message, innerException: fence);
        if (!_queues.TryGetValue(queue, out var opening) || await OpenedAsync(opening).ConfigureAwait(false) is not { } open)
            return null;
        long? due = null;
        try
        {
            due = await open.Runner.ExecuteAsync(0, static (engine, _) => engine.NextDue).ConfigureAwait(false);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
        {
        }
        finally
        {
            await open.Runner.DisposeAsync().ConfigureAwait(false);
            await open.Closed.ConfigureAwait(false);
            _lost.TryRemove(queue, out _);
        }

        return due is { } at ? open.Runner.Until(at) : null;
    }

    /// <summary>Opens every queue that the journal has; what cannot be opened is tried again in the background.</summary>
    public async Task OpenAllAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in await journal.ListQueuesAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await OpenAsync(queue, null).ConfigureAwait(false);
            }
            catch (TimestoneException problem) when (problem.Code == ErrorCode.Unavailable && !_closing.IsCancellationRequested)
            {
                // The others are of use without it.
                _ = ReopenAsync(queue);
            }
        }
    }

    /// <summary>Closes all queues: what was begun is finished first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var opening in _queues.Values)
        {
            if (await OpenedAsync(opening).ConfigureAwait(false) is not { } open)
                continue;
            await open.Runner.DisposeAsync().ConfigureAwait(false);
            await open.Closed.ConfigureAwait(false);
        }
    }

    // Null when there is no such queue, or when it could not be opened.
    private static async Task<OpenQueue?> OpenedAsync(Lazy<Task<OpenQueue?>> opening)
    {
        try
        {
            return await opening.Value.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whoever asked for it was told why.
            return null;
        }
    }

    // The words of others than journals are not for users.
    private static string Describe(string queue, Exception problem) => problem switch
    {
        QueueDamagedException => problem.Message,
        IOException => $"Queue '{queue.Cut()}' cannot be opened now; the server's log says why.",
        _ => $"Queue '{queue.Cut()}' cannot be opened: what the journal holds of it cannot be read.",
    };

    /// <summary>
    /// Has queues that are created from now on be younger than one that was deleted, whatever the clock says: what follows the
    /// transitions tells queues of one name apart, and orders them, by when they were created.
    /// </summary>
    public void CreateAfter(DateTimeOffset deletedQueueCreatedAt)
    {
        var earliest = deletedQueueCreatedAt.ToUnixTimeMilliseconds() + 1;
        for (var known = Interlocked.Read(ref _earliestCreation); known < earliest;)
            known = Interlocked.CompareExchange(ref _earliestCreation, earliest, known);
    }

    private async Task<OpenQueue?> OpenOnceAsync(string queue, QueueSettings? create)
    {
        // Who closes all queues has not seen this one.
        if (_closing.IsCancellationRequested)
            throw new IOException("The service is shutting down.");
        var row = create is null
            ? null
            : new QueueRow(queue, create, Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), Interlocked.Read(ref _earliestCreation)));
        var opened = await journal.OpenAsync(queue, row).ConfigureAwait(false);
        if (opened is null)
            return null;
        var runner = new QueueRunner(ends.Observe(opened), time, scheduler, observer);
        return new OpenQueue(runner, opened.Created, CloseWhenStoppedAsync(queue, runner, opened));
    }

    private async Task CloseWhenStoppedAsync(string queue, QueueRunner runner, IQueueJournal opened)
    {
        var cause = await runner.Stopped.ConfigureAwait(false);
        if (giveWay && cause is JournalFencedException fence)
            _lost[queue] = fence;
        _queues.TryRemove(queue, out _);
        try
        {
            await opened.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            // All that was answered is durable. A queue that is not closed in order is treated like one that failed.
            cause ??= problem;
        }

        if (cause is not null and not JournalFencedException && !_closing.IsCancellationRequested)
            _ = ReopenAsync(queue);
    }

    private async Task ReopenAsync(string queue)
    {
        _reopening[queue] = true;
        await TryUntilOpenAsync(queue).ConfigureAwait(false);
        _reopening.TryRemove(queue, out _);
    }

    private async Task TryUntilOpenAsync(string queue)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OpenAsync(queue, null).ConfigureAwait(false);
                return;
            }
            catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound || _closing.IsCancellationRequested)
            {
                return;
            }
            catch (TimestoneException)
            {
                var wait = TimeSpan.FromMilliseconds(Retry.DelayMs(Reopenings, queue, attempt));
                await Task.Delay(wait, time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Forget(string queue, Lazy<Task<OpenQueue?>> opening) => _queues.TryRemove(new(queue, opening));
}
