namespace Timestone.Engine;

/// <summary>The service within one process: a runner for each queue over one journal.</summary>
public sealed class LocalTimestone : ITimestone, IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly IJournal _journal;
    private readonly LocalTimestoneOptions _options;
    private readonly TaskScheduler? _scheduler;
    private readonly IIndex? _index;
    private readonly TimeProvider _time;
    private readonly MessageEnds _ends = new();
    private volatile QueueDirectory _queues;
    private volatile TimestoneError? _suspended;

    /// <summary>Makes the service. It does not own the journal.</summary>
    /// <param name="journal">What makes it durable.</param>
    /// <param name="options">How it behaves; null for the defaults.</param>
    /// <param name="timeProvider">Tells the time; null for the system's.</param>
    /// <param name="scheduler">Runs the queues' pumps; null for the thread pool. See <see cref="QueueRunner"/>.</param>
    /// <param name="index">What searches are answered from, not owned either; null for <see cref="ErrorCode.NoIndex"/>.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the default settings are bad.</exception>
    public LocalTimestone(
        IJournal journal,
        LocalTimestoneOptions? options = null,
        TimeProvider? timeProvider = null,
        TaskScheduler? scheduler = null,
        IIndex? index = null
    )
    {
        ArgumentNullException.ThrowIfNull(journal);
        _journal = journal;
        _index = index;
        _options = options ?? new LocalTimestoneOptions();
        Validation.Check(_options.Defaults);
        _time = timeProvider ?? TimeProvider.System;
        _scheduler = scheduler;
        _queues = NewDirectory();
    }

    /// <summary>The queues that nobody can use until they have been opened again, as their journal failed; ordered by name.</summary>
    public IReadOnlyList<string> Reopening => _queues.Reopening;

    /// <summary>
    /// Opens all queues, so that what is due in them happens although nobody calls; of a shared journal none, as others may
    /// have them.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken = default) =>
        IsShared ? Task.CompletedTask : _queues.OpenAllAsync(cancellationToken);

    /// <summary>Whether others can open the queues, too: a shared journal.</summary>
    public bool IsShared => _journal is ISharedJournal;

    /// <summary>The wall clock, which is its queues' time unless they have seen a later one (<see cref="Ahead"/>).</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>
    /// The open queue whose time is farthest ahead of the wall clock, and how far; null when none is. A queue's time never goes back: where
    /// the wall clock did, the queue's time goes on 1 % slower until the two meet.
    /// </summary>
    public (string Queue, TimeSpan By)? Ahead => _queues.Ahead;

    /// <summary>The queues that are open here, in no order.</summary>
    public IReadOnlyList<string> Open => _queues.Open;

    /// <summary>Whether a queue is open here.</summary>
    public bool IsOpen(string queue) => _queues.TryGet(queue) is not null;

    /// <summary>Opens a queue unless it is open.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.QueueNotFound"/>, <see cref="ErrorCode.Unavailable"/>.</exception>
    public async Task OpenAsync(string queue) => await RunnerAsync(queue).ConfigureAwait(false);

    /// <summary>
    /// Opens a queue of a shared journal that has to be opened, says its wake table; does nothing where there is no such queue. An open one
    /// is noted as such once more: something else was noted of it.
    /// </summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>.</exception>
    public async Task WakeAsync(string queue, CancellationToken cancellationToken = default)
    {
        try
        {
            if (IsOpen(queue) && _journal is ISharedJournal shared)
                await shared.WakeTable.SetOpenAsync([queue], cancellationToken).ConfigureAwait(false);
            else
                await OpenAsync(queue).ConfigureAwait(false);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
        {
            // Deleted since it was noted.
        }
        catch (IOException problem)
        {
            throw new TimestoneException(
                ErrorCode.Unavailable,
                $"Queue '{queue.Cut()}' cannot be opened now; the server's log says why.",
                innerException: problem
            );
        }
    }

    /// <summary>
    /// Closes all queues and opens none until <see cref="Resume"/>: those that wait are answered with nothing, what was begun is finished,
    /// and what is called from now on is refused.
    /// </summary>
    /// <param name="refusal">What it is refused with.</param>
    public ValueTask SuspendAsync(TimestoneError refusal)
    {
        _suspended = refusal;
        return _queues.DisposeAsync();
    }

    /// <summary>Goes on after <see cref="SuspendAsync"/> has ended: queues are opened again when they are called for.</summary>
    public void Resume()
    {
        _queues = NewDirectory();
        _suspended = null;
    }

    /// <summary>
    /// Closes a queue if it is open: those that wait are answered with nothing, and what was begun is finished. The next call opens it
    /// again.
    /// </summary>
    /// <returns>In how long time next changes something in it; null when nothing is due in it, or when it was not open.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it was lost before; it is closed all the same.</exception>
    public Task<TimeSpan?> CloseAsync(string queue)
    {
        Validation.CheckQueueName(queue);
        return _queues.CloseAsync(queue);
    }

    /// <inheritdoc/>
    public async Task<CreateQueueResult> CreateQueueAsync(
        string queue,
        QueueSettings settings,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        Validation.Check(settings);
        var (info, created) = await OpenAsync(queue, settings, cancellationToken).ConfigureAwait(false);
        // The blocks are switches that operators turn, not what the queue is.
        var asked = settings with { EnqueueBlocked = info.Settings.EnqueueBlocked, DequeueBlocked = info.Settings.DequeueBlocked };
        string[] different = created || asked == info.Settings ? [] : [.. SettingsDifference.Between(info.Settings, asked)];
        return different is []
            ? new CreateQueueResult(info, created)
            : throw new TimestoneException(
                ErrorCode.QueueExists,
                $"Queue '{queue.Cut()}' exists with other settings. Different: {string.Join(", ", different)}.",
                "queue"
            );
    }

    /// <inheritdoc/>
    public async Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        await (await RunnerAsync(queue).ConfigureAwait(false))
            .ExecuteAsync(0, static (engine, _) => engine.Describe(), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        Validation.CheckLimit(limit);
        try
        {
            var id = await _journal.ReadIdAsync(cancellationToken).ConfigureAwait(false);
            var names = await _journal.ListQueuesAsync(cancellationToken).ConfigureAwait(false);
            var (queues, unreadable) = (new List<QueueInfo>(), new List<string>());
            string? last = null;
            foreach (var name in names.SkipWhile(name => cursor is not null && string.CompareOrdinal(name, cursor) <= 0))
            {
                if (queues.Count + unreadable.Count == limit)
                    return new QueuePage(queues, last) { Unreadable = unreadable, ServiceId = id };
                last = name;
                try
                {
                    if (await FindQueueAsync(name, cancellationToken).ConfigureAwait(false) is { } found)
                        queues.Add(found);
                }
                catch (QueueDamagedException)
                {
                    unreadable.Add(name);
                }
            }

            return new QueuePage(queues, null) { Unreadable = unreadable, ServiceId = id };
        }
        catch (IOException problem)
        {
            throw new TimestoneException(
                ErrorCode.Unavailable,
                "The queues cannot be listed now; the server's log says why.",
                innerException: problem
            );
        }
    }

    /// <inheritdoc/>
    public async Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default)
    {
        Validation.Check(patch);
        return await (await RunnerAsync(queue).ConfigureAwait(false))
            .ExecuteAsync(patch, static (engine, change) => engine.Update(change), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        var (open, _) = await Queues.OpenAsync(queue, null).ConfigureAwait(false);
        var (createdAt, removed) = await open.Runner.ExecuteAsync(0, static (engine, _) =>
        {
            engine.Delete();
            return (engine.Describe().CreatedAt, engine.Counts());
        }, cancellationToken).ConfigureAwait(false);
        _options.Observer?.Deleted(queue, removed);
        _queues.CreateAfter(createdAt);
        // Whoever was answered that the queue is gone can create it again at once.
        await open.Closed.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckBatch("messages", messages);
        Validation.CheckBatchBytes(messages);
        return BatchAsync(
            queue,
            MessageIds.Complete(messages, Now),
            static (engine, items) => engine.Enqueue(items),
            cancellationToken,
            create: _options.AutoCreate
        );
    }

    /// <inheritdoc/>
    public Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        Validation.Check(request);
        return WithRunnerAsync(queue, request, static (runner, ask, cancel) => runner.DequeueAsync(ask, cancel), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckBatch("items", settlements);
        return BatchAsync(queue, settlements, static (engine, items) => engine.Settle(items), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckBatch("items", extensions);
        return BatchAsync(queue, extensions, static (engine, items) => engine.Extend(items), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckWatch(leases, wait);
        return WithRunnerAsync(
            queue,
            (leases, wait),
            static (runner, ask, cancel) => runner.WatchLeasesAsync(ask.leases, ask.wait, cancel),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckBatch("items", cancellations);
        return BatchAsync(queue, cancellations, static (engine, items) => engine.Cancel(items), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        Validation.CheckId(id);
        var result = await (await RunnerAsync(queue).ConfigureAwait(false))
            .ExecuteAsync(id, static (engine, which) => engine.Redrive(which), cancellationToken)
            .ConfigureAwait(false);
        return result.ThrowIfError();
    }

    /// <inheritdoc/>
    public async Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default)
    {
        var redriven = new long[States.Count];
        var runner = await RunnerAsync(queue).ConfigureAwait(false);
        var sweep = new Sweep(MessageState.Errored);
        await SweepCall
            .RunAsync(runner, sweep, static (engine, redrive) => engine.RedriveNext(redrive), redriven, cancellationToken)
            .ConfigureAwait(false);
        return redriven.Sum();
    }

    /// <inheritdoc/>
    public async Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default)
    {
        Validation.CheckScope(scope);
        var runner = await RunnerAsync(queue).ConfigureAwait(false);
        var removed = new long[States.Count];
        StateCounts Removed() => StateCounts.Of(state => removed[(int)state]);
        try
        {
            var sweep = new Sweep([.. Enum.GetValues<MessageState>().Where(state => scope.Covers(state))]);
            await SweepCall
                .RunAsync(runner, sweep, static (engine, purge) => engine.PurgeNext(purge), removed, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            // Of one that failed half way, too: what it removed is gone.
            _options.Observer?.Purged(queue, scope, Removed());
        }

        return Removed();
    }

    /// <inheritdoc/>
    public async Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        Validation.CheckId(id);
        return await (await RunnerAsync(queue).ConfigureAwait(false))
                .ExecuteAsync(id, static (engine, which) => engine.Get(which), cancellationToken)
                .ConfigureAwait(false)
            ?? throw new TimestoneException(ErrorCode.MessageNotFound, $"There is no message '{id.Cut()}'.", "id");
    }

    /// <summary>Waits until a message is terminal.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="wait">How long at most; 0 to <see cref="Limits.MaxWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, terminal or as it stands when the wait ends.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>.</exception>
    public async Task<Message> WaitForEndAsync(string queue, string id, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        if (wait < TimeSpan.Zero || wait > Limits.MaxWait)
            throw Validation.Invalid("waitSeconds", $"waitSeconds must be 0 to {Limits.MaxWait.TotalSeconds}.");
        using var watch = _ends.Begin(queue, id);
        var began = _time.GetTimestamp();
        while (true)
        {
            var message = await GetMessageAsync(queue, id, cancellationToken).ConfigureAwait(false);
            var left = wait - _time.GetElapsedTime(began);
            if (States.IsTerminal(message.State) || left <= TimeSpan.Zero)
                return message;
            try
            {
                // What ends at another owner is not told here: that the queue is lost shows when the message is read again.
                if (
                    await watch
                        .Ended.WaitAsync(IsShared && left > LookInterval ? LookInterval : left, _time, cancellationToken)
                        .ConfigureAwait(false) is
                    { } ended
                )
                    return ended;
            }
            catch (TimeoutException)
            {
                // Then it has not ended.
            }
        }
    }

    /// <inheritdoc/>
    public async Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckState(state);
        Validation.CheckLimit(limit);
        return await (await RunnerAsync(queue).ConfigureAwait(false))
            .ExecuteAsync((state, cursor, limit), static (engine, ask) => engine.List(ask.state, ask.cursor, ask.limit), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckState(state);
        filter ??= Metadata.Empty;
        Validation.CheckFilter(filter);
        return await (await RunnerAsync(queue).ConfigureAwait(false)).DepthAsync(state, filter, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        await (await RunnerAsync(queue).ConfigureAwait(false))
            .ExecuteAsync(0, static (engine, _) => engine.Stats(), cancellationToken)
            .ConfigureAwait(false) with
        {
            Journal = _journal.Space,
        };

    /// <inheritdoc/>
    public async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
    {
        Validation.Check(search);
        var index = Index;
        return await index
            .SearchAsync(search, await LifeOfAsync(search.After, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    )
    {
        request ??= new HistoryRequest();
        Validation.Check(queue, id, request);
        var (index, after) = (Index, request.After is { } version ? new IndexedWrite(queue, id, version) : null);
        return await index
            .GetHistoryAsync(queue, id, request, await LifeOfAsync(after, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new StatsRequest();
        Validation.Check(request);
        var index = Index;
        return await index
            .GetStatsAsync(request, await LifeOfAsync(request.After, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Closes all queues: those that wait are answered with nothing, and what was begun is finished.</summary>
    public ValueTask DisposeAsync() => _queues.DisposeAsync();

    // Made anew when it is deleted between being found and being asked.
    private async Task<(QueueInfo Info, bool Created)> OpenAsync(string queue, QueueSettings settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (open, created) = await Queues.OpenAsync(queue, settings).ConfigureAwait(false);
            try
            {
                return (
                    await open.Runner.ExecuteAsync(0, static (engine, _) => engine.Describe(), cancellationToken).ConfigureAwait(false),
                    created
                );
            }
            catch (TimestoneException gone) when (gone.Code == ErrorCode.QueueNotFound)
            {
                // Once more.
            }
        }
    }

    // Null when it was deleted since the names were read. A list must not take a shared journal's queues from those who have
    // them, so it reads what they committed.
    private async Task<QueueInfo?> FindQueueAsync(string name, CancellationToken cancellationToken)
    {
        if (_journal is ISharedJournal shared)
            return await shared.ReadQueueAsync(name, cancellationToken).ConfigureAwait(false) is { } row ? row.Describe() : null;
        try
        {
            return await GetQueueAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    // A write is of the message that has the id now if that has come so far; else of one before it, any of which will do. A queue that is
    // not open here is not asked: others may have it.
    private async Task<string?> LifeOfAsync(IndexedWrite? write, CancellationToken cancellationToken)
    {
        if (write is null || _queues.TryGet(write.Queue) is not { } runner)
            return null;
        try
        {
            var message = await runner
                .ExecuteAsync(write.Id, static (engine, id) => engine.Get(id), cancellationToken)
                .ConfigureAwait(false);
            return message?.Version >= write.Version ? message.Life : null;
        }
        catch (TimestoneException gone) when (gone.Code is ErrorCode.QueueNotFound or ErrorCode.Unavailable)
        {
            return null;
        }
    }

    private QueueDirectory Queues => _suspended is { } refusal ? throw new TimestoneException(refusal) : _queues;

    private QueueDirectory NewDirectory() => new(_journal, _time, _scheduler, _ends, _options.GiveWay, _options.Observer);

    private IIndex Index => _index ?? throw new TimestoneException(ErrorCode.NoIndex, "This service keeps no index of messages.");

    private Task<IReadOnlyList<MessageResult>> BatchAsync<T>(
        string queue,
        IReadOnlyList<T> items,
        Func<QueueEngine, IReadOnlyList<T>, IReadOnlyList<MessageResult>> command,
        CancellationToken cancellationToken,
        bool create = false
    ) =>
        WithRunnerAsync(
            queue,
            (items, command),
            static (runner, ask, cancel) => runner.ExecuteAsync(ask.items, ask.command, cancel),
            cancellationToken,
            create
        );

    // Without a state machine of its own where the queue is open, which it mostly is.
    private Task<TAnswer> WithRunnerAsync<TState, TAnswer>(
        string queue,
        TState state,
        Func<QueueRunner, TState, CancellationToken, Task<TAnswer>> ask,
        CancellationToken cancellationToken,
        bool create = false
    )
    {
        var found = RunnerAsync(queue, create);
        return found.IsCompletedSuccessfully ? ask(found.Result, state, cancellationToken) : OnceOpenAsync();

        async Task<TAnswer> OnceOpenAsync() => await ask(await found.ConfigureAwait(false), state, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<QueueRunner> RunnerAsync(string queue, bool create = false)
    {
        if (queue is not null && _queues.TryGet(queue) is { } runner)
            return new(runner);
        Validation.CheckQueueName(queue);
        return OpenAsync();

        async ValueTask<QueueRunner> OpenAsync() =>
            (await Queues.OpenAsync(queue, create ? _options.Defaults : null).ConfigureAwait(false)).Queue.Runner;
    }
}
