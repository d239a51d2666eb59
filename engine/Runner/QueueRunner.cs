using System.Collections.Concurrent;

namespace Timestone.Engine;

/// <summary>
/// Gives one engine one writer and makes it durable: takes all waiting requests, applies them, commits what they changed
/// as one batch, and answers each only when what it saw is durable. While a commit is in flight the next batch is applied.
/// </summary>
/// <remarks>
/// <para>The pump, which is all that touches the engine, runs as one task at a time on the given scheduler:</para>
/// <list type="number">
/// <item>A request arrives in the inbox and wakes the pump; so do the end of a commit and the timer.</item>
/// <item>The pump does what is due, then applies what is in the inbox. Changes gather in the open batch, answers behind it.</item>
/// <item>With no commit in flight, the open batch is handed to the journal and a fresh one opened. An open batch without
/// changes has seen only what is durable: its requests are answered at once, unless the journal is shared.</item>
/// <item>The commit ends well: its requests are answered, in order. Whatever was applied meanwhile saw its changes, and is
/// answered after it because its own batch is committed, or found empty, only now.</item>
/// <item>The commit fails: what memory holds may not be what the journal holds. The runner is poisoned: everyone waiting is
/// told that the outcome is unknown, the engine is dropped, and <see cref="Stopped"/> tells the owner to open the queue anew.</item>
/// </list>
/// <para>Reads go the same way as writes, so that they never show what a crash could take back.</para>
/// </remarks>
public sealed class QueueRunner : IRowRewriter, IAsyncDisposable
{
    // Bounds of an open batch: enough for a group commit to be worth it, little enough for its answers not to wait.
    private const int MaxBatchRows = 10_000;
    private const long MaxBatchPayloadBytes = 8 * 1024 * 1024;
    private const int MaxDuePerBatch = 500;

    // What is built of an index between two looks at the inbox: about a millisecond's work.
    private const int BuiltAtOnce = 2_000;

    // How long a queue that somebody waits at, and that commits nothing, can have been lost to another owner without a notice.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(500);

    // The wall clock can jump while a timer sleeps; nothing due waits longer than this for it.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    // How soon dequeues that wait for room in the journal are tried again.
    private static readonly TimeSpan RoomPeriod = TimeSpan.FromSeconds(1);

    private readonly IQueueJournal _journal;
    private readonly TimeProvider _time;
    private readonly QueueClock _clock;
    private readonly TaskScheduler _scheduler;
    private readonly IQueueObserver? _observer;
    private readonly ITimer _timer;
    private readonly Action _pump;
    private readonly Action _wake;
    private readonly Action<DequeueCall> _abandonWait;
    private readonly Action<LeaseWatchCall> _endWatch;
    private readonly Func<RoomUse, long, MessageRow?, bool> _tryReserve;
    private readonly ConcurrentQueue<Request> _inbox = new();
    private readonly WaitingDequeues _waiting = new();
    private readonly WatchedLeases _watched = new();
    private readonly TaskCompletionSource<Exception?> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null once the runner has stopped.
    private QueueEngine? _engine;
    private ChangeBatch _open = new();
    private ChangeBatch _committing = new();
    private List<Request> _openRequests = [];

    // Those that an index is being built for, in the order in which they came.
    private readonly Queue<Request> _unbuilt = [];
    private List<Request> _committingRequests = [];
    private Request? _inHand;
    private TimestoneException? _refusal;
    private Task _commit = Task.CompletedTask;
    private Task _check = Task.CompletedTask;
    private long _checkedAt;
    private bool _inFlight;
    private long _begunAt;
    private long _wall;
    private long _alarm = long.MaxValue;
    private int _wakes;
    private volatile bool _closing;

    /// <summary>Starts a runner on an open queue, whose rows it takes. It does not own the journal.</summary>
    /// <param name="journal">The queue's journal.</param>
    /// <param name="timeProvider">Tells the time and wakes the runner.</param>
    /// <param name="scheduler">Runs the pump; null for the thread pool. Must not run it inline.</param>
    /// <param name="observer">Hears of commits, on the pump; null for nobody.</param>
    public QueueRunner(IQueueJournal journal, TimeProvider timeProvider, TaskScheduler? scheduler = null, IQueueObserver? observer = null)
        : this(journal, timeProvider, scheduler, observer, null)
    {
    }

    internal QueueRunner(
        IQueueJournal journal,
        TimeProvider timeProvider,
        TaskScheduler? scheduler,
        IQueueObserver? observer,
        FilterLimits? filterLimits
    )
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _journal = journal;
        _time = timeProvider;
        _scheduler = scheduler ?? TaskScheduler.Default;
        _observer = observer;
        _pump = Pump;
        _wake = Wake;
        _tryReserve = journal.TryReserve;
        _abandonWait = call =>
        {
            _waiting.NoteAbandoned(call);
            Wake();
        };
        _endWatch = call =>
        {
            _watched.NoteEnded(call);
            Wake();
        };
        _engine = new QueueEngine(
            journal.Queue,
            journal.Epoch,
            journal.TakeRows(),
            journal.LastSequence,
            filterLimits ?? FilterLimits.Default
        );
        _clock = new QueueClock(
            Math.Max(_engine.LatestTime, journal.Queue.Seen?.At(journal.StoreTime?.Earliest ?? Wall, journal.BootTime) ?? long.MinValue),
            timeProvider.GetTimestamp(),
            timeProvider.TimestampFrequency
        );
        _timer = timeProvider.CreateTimer(
            static state => ((QueueRunner)state!).Alarm(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        journal.Attach(this);
        Wake();
    }

    /// <summary>
    /// Ends when the runner takes no more requests: with null after <see cref="DisposeAsync"/> or a delete, else with what
    /// poisoned it.
    /// </summary>
    public Task<Exception?> Stopped => _stopped.Task;

    /// <summary>The turns of sweeps, see <see cref="SweepCall"/>.</summary>
    internal SemaphoreSlim SweepTurns { get; } = new(SweepCall.MostAtOnce);

    /// <summary>How far the queue's time is ahead of the wall clock; zero when it is not.</summary>
    public TimeSpan Ahead
    {
        get
        {
            // The other way round than where time is taken: who is held up in between takes the queue for less far ahead, if anything.
            var timestamp = _time.GetTimestamp();
            var wall = Wall;
            return TimeSpan.FromMilliseconds(_clock.Peek(wall, timestamp) - wall);
        }
    }

    /// <summary>In how long the queue's time will come to a moment, as far as can be told now; zero when it has.</summary>
    /// <param name="due">The moment, in Unix milliseconds.</param>
    internal TimeSpan Until(long due)
    {
        var wall = Wall;
        return TimeSpan.FromMilliseconds(QueueClock.Until(due, _clock.Peek(wall, _time.GetTimestamp()), wall));
    }

    /// <summary>Applies one command and answers when what it saw is durable.</summary>
    /// <param name="state">What the command needs, so that it need not capture it.</param>
    /// <param name="command">The command; it may throw a <see cref="TimestoneException"/> if it changes nothing then.</param>
    /// <param name="cancellationToken">Gives the command up while it has not been applied.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>, <see cref="ErrorCode.QueueNotFound"/>, or what the command
    /// throws.</exception>
    public Task<TAnswer> ExecuteAsync<TState, TAnswer>(
        TState state,
        Func<QueueEngine, TState, TAnswer> command,
        CancellationToken cancellationToken = default
    )
    {
        var request = new CommandRequest<TState, TAnswer>(state, command, cancellationToken);
        Submit(request);
        return request.Task;
    }

    /// <summary>Dequeues, waiting as long as the request says.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>, <see cref="ErrorCode.QueueNotFound"/>.</exception>
    public Task<DequeueResult> DequeueAsync(DequeueRequest request, CancellationToken cancellationToken = default)
    {
        var call = new DequeueCall(request, cancellationToken);
        Submit(call);
        return call.Task;
    }

    /// <summary>Tells which leases are lost, see <see cref="QueueEngine.LostLeases"/>, waiting for a first one as long as it may.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>, <see cref="ErrorCode.QueueNotFound"/>.</exception>
    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait,
        CancellationToken cancellationToken = default
    )
    {
        var call = new LeaseWatchCall(leases, wait, cancellationToken);
        Submit(call);
        return call.Task;
    }

    /// <summary>Counts messages, see <see cref="QueueEngine.Depth"/>; other commands go on while an index is built for it.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>, <see cref="ErrorCode.QueueNotFound"/>.</exception>
    public Task<long> DepthAsync(MessageState? state, Metadata filter, CancellationToken cancellationToken = default)
    {
        var request = new DepthRequest(state, filter, cancellationToken);
        Submit(request);
        return request.Task;
    }

    /// <inheritdoc/>
    public Task RewriteAsync(IReadOnlyList<RowKey> rows, CancellationToken cancellationToken = default) =>
        ExecuteAsync(rows, static (engine, keys) =>
        {
            engine.Rewrite(keys);
            return true;
        }, cancellationToken);

    /// <summary>Takes no more requests, answers those that wait with nothing, finishes what was begun.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        Wake();
        await _stopped.Task.ConfigureAwait(false);
    }

    private void Submit(Request request)
    {
        _inbox.Enqueue(request);
        Wake();
    }

    // Whoever raises the count from zero schedules the pump, which goes on until it has brought the count back to zero: one
    // pump at a time, and no wake-up is lost.
    private void Wake()
    {
        if (Interlocked.Increment(ref _wakes) == 1)
            Task.Factory.StartNew(
                _pump,
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach | TaskCreationOptions.PreferFairness,
                _scheduler
            );
    }

    private void Alarm()
    {
        Volatile.Write(ref _alarm, long.MaxValue);
        Wake();
    }

    private void Pump()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _wakes);
            try
            {
                PumpOnce();
            }
            catch (Exception problem)
            {
                // A failed commit, or a bug that leaves the engine in doubt: in either case memory is not to be trusted.
                Poison(problem);
            }
        }
        while (Interlocked.Add(ref _wakes, -seen) != 0);
    }

    private void PumpOnce()
    {
        if (_inFlight && _commit.IsCompleted)
            EndCommit();
        if (_check is { IsFaulted: true, Exception.InnerException: JournalFencedException fence })
            Poison(fence);
        if (_engine is not null)
            ApplyWaiting(_engine);
        while (_engine is not null && !_inFlight && MustCommit)
            BeginCommit(_engine);
        if (_engine is null)
            RefuseInbox();
        else if (!_inFlight)
            AnswerOpen();
    }

    private long Wall => _time.GetUtcNow().ToUnixTimeMilliseconds();

    // The clocks in this order, see QueueClock.
    private long TakeTime()
    {
        _wall = Wall;
        return _clock.Read(_wall, _time.GetTimestamp());
    }

    // Of a shared journal even reads are committed: an empty batch that is not fenced proves that nobody wrote since.
    private bool MustCommit => !_open.IsEmpty || (_journal.IsShared && _openRequests.Count > 0);

    private void ApplyWaiting(QueueEngine engine)
    {
        // Nothing is done to a queue that is being deleted: who is still waiting is told so when that is durable.
        if (_open.Deleted || _committing.Deleted || IsFull(_open))
            return;
        if (!Begin(engine, TakeTime()))
        {
            Wake();
            return;
        }

        while (!_open.Deleted && !IsFull(_open) && _inbox.TryPeek(out _) && CatchUp(engine) && _inbox.TryDequeue(out var request))
        {
            if (!request.Abandoned)
                Apply(engine, request);
        }

        if (engine.IsBuilding && !_open.Deleted)
            Build(engine);
        if (!_inbox.IsEmpty && !_open.Deleted)
            Wake();
        if (_closing)
            TakeWaiting(_openRequests);
        else
            EndWaits(engine);
    }

    private void TakeWaiting(List<Request> taken)
    {
        _waiting.TakeAll(taken);
        _watched.TakeAll(taken);
    }

    // Builds a slice of what filters need; when it is whole, those that it is built for get their turn.
    private void Build(QueueEngine engine)
    {
        engine.Build(BuiltAtOnce);
        Wake();
        if (engine.IsBuilding || !CatchUp(engine))
            return;
        for (var count = _unbuilt.Count; count > 0; count--)
        {
            if (_unbuilt.Dequeue() is { Abandoned: false } request)
                Apply(engine, request);
        }
    }

    // Does what is due; false when there is more.
    private bool Begin(QueueEngine engine, long now)
    {
        _begunAt = now;

        // What is noted counts from the latest that the store's clock can say, read after the time: so what the store's answers take, or
        // who is held up here, never puts the queue ahead. Each request takes the time, but it begins anew once a millisecond at the most.
        var store = _journal.StoreTime?.Latest ?? (now > _wall ? Wall : _wall);
        engine.Begin(now, _open, _journal.Room, _tryReserve, _wall, store, _journal.BootTime);
        if (!engine.Advance(MaxDuePerBatch))
            return false;
        Serve(engine);
        return true;
    }

    // Called when a request is there, which may have come after the batch was begun: it must not count from before it was sent.
    private bool CatchUp(QueueEngine engine)
    {
        var now = TakeTime();
        return now > _begunAt ? Begin(engine, now) : !engine.IsBehind || engine.Advance(MaxDuePerBatch);
    }

    private void Apply(QueueEngine engine, Request request)
    {
        // What throws in here poisons the runner, which answers this one too.
        _inHand = request;
        var applied = request.Apply(engine);
        Serve(engine);
        if (request is DequeueCall call)
            Take(engine, call);
        else if (request is LeaseWatchCall { Waits: true } watch)
            Watch(watch);
        else if (applied)
            _openRequests.Add(request);
        else
            _unbuilt.Enqueue(request);
        _inHand = null;
    }

    private void Take(QueueEngine engine, DequeueCall call)
    {
        switch (call.TryTake(engine))
        {
            case null:
                BeginWait(call);
                _unbuilt.Enqueue(call);
                break;
            case true:
                _openRequests.Add(call);
                if (call.RequestId is { } id)
                    _waiting.ServeRepeats(id, engine, _openRequests);
                break;
            default:
                Wait(engine, call);
                break;
        }
    }

    private void Wait(QueueEngine engine, DequeueCall call)
    {
        if (!call.Waits)
        {
            call.EndEmpty(engine);
            _openRequests.Add(call);
            return;
        }

        BeginWait(call);
        call.OnAbandoned(_abandonWait);
        _waiting.Add(call, engine);
    }

    private void Watch(LeaseWatchCall call)
    {
        call.BeginWait(_time, _endWatch);
        _watched.Add(call);
    }

    // The time that an index is built counts.
    private void BeginWait(DequeueCall call)
    {
        if (call.WaitsUntil == 0)
            call.WaitsUntil = _time.GetTimestamp() + ToTimestamp(call.Wait);
    }

    private void Serve(QueueEngine engine)
    {
        if (!_waiting.Serve(engine, _openRequests))
            Wake();
    }

    // Ends waits that are over, and sets the alarm for the next that will be or for what is due next.
    private void EndWaits(QueueEngine engine)
    {
        var wall = Wall;
        var timestamp = _time.GetTimestamp();
        var first = _openRequests.Count;
        _waiting.TakeEnded(timestamp, _openRequests);
        for (var i = first; i < _openRequests.Count; i++)
            ((DequeueCall)_openRequests[i]).EndEmpty(engine);
        _watched.TakeEnded(engine, _openRequests);

        var alarm = _waiting.NextTimeout;
        if (engine.LacksRoomToLease && alarm < long.MaxValue)
            alarm = Math.Min(alarm, timestamp + ToTimestamp(RoomPeriod));
        if (_journal.IsShared && (alarm != long.MaxValue || _watched.Any))
            alarm = Math.Min(alarm, CheckBeforeLong(timestamp));
        if (engine.NextDue is { } due)
        {
            var left = QueueClock.Until(due, _clock.Read(wall, timestamp), wall);
            var delay = TimeSpan.FromMilliseconds(Math.Min(left, (long)LongestSleep.TotalMilliseconds));
            alarm = Math.Min(alarm, timestamp + ToTimestamp(delay));
        }

        if (alarm >= Volatile.Read(ref _alarm))
            return;
        Volatile.Write(ref _alarm, alarm);
        var sleep = TimeSpan.FromTicks((long)((double)(alarm - timestamp) / _time.TimestampFrequency * TimeSpan.TicksPerSecond));
        // Timers count whole milliseconds: rounding down would wake too early, and again and again.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(sleep.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    // Whoever has lost the queue is told at its next commit. Who only waits has none. Answers when to look again.
    private long CheckBeforeLong(long timestamp)
    {
        var next = _checkedAt + ToTimestamp(CheckInterval);
        if (timestamp < next)
            return next;
        if (!_inFlight && _check.IsCompleted)
        {
            _checkedAt = timestamp;
            _check = _journal.CheckAsync().AsTask();
            if (!_check.IsCompletedSuccessfully)
                _check.GetAwaiter().UnsafeOnCompleted(_wake);
        }

        return timestamp + ToTimestamp(CheckInterval);
    }

    private void BeginCommit(QueueEngine engine)
    {
        _watched.TakeLosers(_open, engine, _openRequests);
        (_open, _committing) = (_committing, _open);
        (_openRequests, _committingRequests) = (_committingRequests, _openRequests);
        _commit = _journal.CommitAsync(_committing).AsTask();
        _inFlight = true;
        if (_commit.IsCompleted)
            EndCommit();
        else
            _commit.GetAwaiter().UnsafeOnCompleted(_wake);
    }

    private void EndCommit()
    {
        _inFlight = false;
        _commit.GetAwaiter().GetResult();
        if (_committing.Errored > 0 || !_committing.Removed.IsEmpty)
            _observer?.Committed(_journal.Queue.Name, _committing.Errored, _committing.Removed.ToCounts());
        _checkedAt = _time.GetTimestamp();
        foreach (var request in _committingRequests)
            request.Answer();
        _committingRequests.Clear();
        if (_committing.Deleted)
            Stop(null, new TimestoneException(ErrorCode.QueueNotFound, $"Queue '{_journal.Queue.Name.Cut()}' was deleted.", "queue"));
        _committing.Clear();
    }

    private void AnswerOpen()
    {
        foreach (var request in _openRequests)
            request.Answer();
        _openRequests.Clear();
        if (_closing && _inbox.IsEmpty && _unbuilt.Count == 0)
            Stop(null, Unavailable("The queue is closed here.", null));
    }

    private void Poison(Exception problem)
    {
        if (_engine is not null)
            Stop(problem, Unavailable("The queue's journal failed; whether the operation took effect is unknown.", problem));
    }

    private void Stop(Exception? cause, TimestoneException refusal)
    {
        _engine = null;
        _inFlight = false;
        _timer.Dispose();
        _committingRequests.AddRange(_openRequests);
        _committingRequests.AddRange(_unbuilt);
        _unbuilt.Clear();
        TakeWaiting(_committingRequests);
        if (_inHand is not null)
            _committingRequests.Add(_inHand);
        foreach (var request in _committingRequests)
            request.Refuse(refusal);
        _committingRequests.Clear();
        _openRequests.Clear();
        _refusal = refusal;
        RefuseInbox();
        _stopped.TrySetResult(cause);
    }

    private void RefuseInbox()
    {
        while (_inbox.TryDequeue(out var request))
            request.Refuse(_refusal!);
    }

    private static bool IsFull(ChangeBatch batch) => batch.Rows.Count >= MaxBatchRows || batch.PayloadBytes >= MaxBatchPayloadBytes;

    private static TimestoneException Unavailable(string detail, Exception? cause) =>
        new(ErrorCode.Unavailable, detail, innerException: cause);

    private long ToTimestamp(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
