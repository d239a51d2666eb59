namespace Timestone.Tests.Reference;

/// <summary>
/// The service written naively: one lock around <see cref="ReferenceQueue"/>s, everything looked for by going through all of it. What it
/// answers alike with the real one is the documentation's word twice.
/// </summary>
public sealed class ReferenceTimestone : ITimestone, IDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ReferenceQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<ReferenceWaiter> _waiters = [];
    private readonly List<Transition> _history = [];
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly QueueSettings? _defaults;
    private readonly ITimer _wakeUp;
    private DateTimeOffset _earliestCreation = DateTimeOffset.MinValue;

    /// <param name="clock">The time.</param>
    /// <param name="defaults">The settings of queues created by their first message; null not to create them so.</param>
    public ReferenceTimestone(TimeProvider clock, QueueSettings? defaults)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        _defaults = defaults;
        _wakeUp = clock.CreateTimer(_ => WakeUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default) =>
        Answer(
            queue,
            () =>
            {
                Validation.Check(settings);
                if (!_queues.TryGetValue(queue, out var known))
                    return new CreateQueueResult(Create(queue, settings).Info, Created: true);
                var blocksAside = settings with
                {
                    EnqueueBlocked = known.Settings.EnqueueBlocked,
                    DequeueBlocked = known.Settings.DequeueBlocked,
                };
                return blocksAside == known.Settings
                    ? new CreateQueueResult(known.Info, Created: false)
                    : throw new TimestoneException(ErrorCode.QueueExists, $"Queue '{queue.Cut()}' exists with other settings.");
            }
        );

    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        On(queue, static found => found.Info);

    public Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        Validation.CheckLimit(limit);
        lock (_gate)
        {
            var rest = _queues.Values.Select(queue => queue.Info).Where(info => string.CompareOrdinal(info.Name, cursor) > 0).ToList();
            return Task.FromResult(
                new QueuePage([.. rest.Take(limit)], rest.Count > limit ? rest[limit - 1].Name : null) { ServiceId = _id }
            );
        }
    }

    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default) =>
        On(
            queue,
            found =>
            {
                Ask<QueueSettings>(found, new UpdateCommand(patch));
                return found.Info;
            }
        );

    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        On(
            queue,
            found =>
            {
                _queues.Remove(queue);
                _earliestCreation = new[] { _earliestCreation, found.CreatedAt.AddMilliseconds(1) }.Max();
                foreach (var waiter in _waiters.Where(waiter => waiter.Queue == found))
                    waiter.Refuse(NotFound(queue));
                _waiters.RemoveAll(waiter => waiter.Queue == found);
                return Ask<bool>(found, new DeleteCommand());
            }
        );

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    ) =>
        On(
            queue,
            new EnqueueCommand(messages),
            () =>
            {
                Validation.CheckBatch("messages", messages);
                Validation.CheckBatchBytes(messages);
                if (_defaults is not null && !_queues.ContainsKey(queue))
                    Create(queue, _defaults);
            }
        );

    public Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        return On(queue, Begin, () => Validation.Check(request)).Unwrap();

        Task<DequeueResult> Begin(ReferenceQueue found)
        {
            var settled = found.SettleFirst(request);
            return WaitAsync(
                found,
                request.Max == 0 ? TimeSpan.Zero : request.Wait,
                isOver =>
                    found.Take(request) is var messages && messages.Length == 0 && !isOver
                        ? null
                        : new DequeueResult { Messages = [.. messages.Select(found.Tokens.Give)], Settled = settled },
                cancellationToken
            );
        }
    }

    public Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    ) => On(queue, new SettleCommand(settlements), () => Validation.CheckBatch("items", settlements));

    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    ) => On(queue, new ExtendCommand(extensions), () => Validation.CheckBatch("items", extensions));

    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    )
    {
        return On(queue, found => WaitAsync(found, wait, isOver => Lost(found, isOver), cancellationToken), Check).Unwrap();

        void Check() => Validation.CheckWatch(leases, wait);

        IReadOnlyList<MessageResult>? Lost(ReferenceQueue found, bool isOver) =>
            Ask<IReadOnlyList<MessageResult>>(found, new WatchCommand(leases)) is var lost && lost.Count == 0 && !isOver ? null : lost;
    }

    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    ) => On(queue, new CancelCommand(cancellations), () => Validation.CheckBatch("items", cancellations));

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        On(queue, found => Ask<MessageResult>(found, new RedriveCommand(id)), () => Validation.CheckId(id));

    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) =>
        On(queue, static found => Ask<long>(found, new RedriveAllCommand()));

    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        On(queue, found => found.Purge(state => scope.Covers(state)), () => Validation.CheckScope(scope));

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        On(queue, found => Ask<Message>(found, new GetCommand(id)), () => Validation.CheckId(id));

    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) =>
        On(
            queue,
            found => ReferencePages.Page(found, state, cursor, limit),
            () =>
            {
                Validation.CheckState(state);
                Validation.CheckLimit(limit);
            }
        );

    public Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    ) =>
        On(
            queue,
            found => Ask<long>(found, new DepthCommand(state, filter ?? Metadata.Empty)),
            () =>
            {
                Validation.CheckState(state);
                Validation.CheckFilter(filter ?? Metadata.Empty);
            }
        );

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        On(queue, static found => found.Stats());

    public Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default) =>
        OnIndex<SearchPage>(() =>
        {
            Validation.Check(search);
            return (search.After, () => ReferenceIndex.Search(Current(), search, Fresh()));
        });

    public Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    ) =>
        OnIndex<MessageHistory>(() =>
        {
            request ??= new HistoryRequest();
            Validation.Check(queue, id, request);
            var after = request.After is { } version ? new IndexedWrite(queue, id, version) : null;
            return (after, () => ReferenceIndex.History(_history.Where(one => one.Queue == queue && one.Id == id), request, Fresh()));
        });

    public Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default) =>
        OnIndex<SearchStats>(() =>
        {
            request ??= new StatsRequest();
            Validation.Check(request);
            return (request.After, () => ReferenceIndex.Stats([.. Current()], _history, request.Queue, Fresh()));
        });

    public void Dispose() => _wakeUp.Dispose();

    private static TimestoneException NotFound(string queue) => new(ErrorCode.QueueNotFound, $"There is no queue '{queue.Cut()}'.");

    private static T Ask<T>(ReferenceQueue queue, Command command) =>
        queue.Ask(command) switch
        {
            TimestoneError refusal => throw new TimestoneException(refusal),
            var answer => (T)answer,
        };

    private ReferenceQueue Create(string name, QueueSettings settings) =>
        _queues[name] = new ReferenceQueue(name, settings, Jitter)
        {
            CreatedAt = new[] { _clock.GetUtcNow(), _earliestCreation }.Max(),
            Told = _history.Add,
        };

    // 0 to a quarter: another for each message and attempt, the same each time.
    private static long Jitter(string id, int attempt, long longest) =>
        longest * id.Aggregate(attempt, static (hash, c) => ((hash * 31) + c) % 1009) / 1009 / 4;

    private IEnumerable<IndexedMessage> Current() => _queues.Values.SelectMany(static queue => queue.Messages.Select(queue.Indexed));

    private Freshness Fresh() =>
        new() { Lag = TimeSpan.Zero, NewestTransition = _history.Count == 0 ? null : _history.Max(static one => one.At) };

    // The index of this service is the service itself: what it does not include was never written.
    private Task<T> OnIndex<T>(Func<(IndexedWrite? After, Func<T> Read)> ask) =>
        Answer(() =>
        {
            var (after, read) = ask();
            foreach (var queue in _queues.Values)
                CatchUp(queue);
            if (
                after is not null
                && !_history.Exists(one => one.Queue == after.Queue && one.Id == after.Id && one.Version >= after.Version)
            )
                throw new TimestoneException(ErrorCode.Unavailable, $"There is no {after}.", "after");
            return read();
        });

    private Task<IReadOnlyList<MessageResult>> On(string queue, Command command, Action before) =>
        On(queue, found => Ask<IReadOnlyList<MessageResult>>(found, command), before);

    private Task<T> On<T>(string queue, Func<ReferenceQueue, T> ask, Action? before = null) =>
        Answer(
            queue,
            () =>
            {
                before?.Invoke();
                if (!_queues.TryGetValue(queue, out var found))
                    throw NotFound(queue);
                CatchUp(found);
                var answer = ask(found);
                CatchUp(found);
                SetWakeUp();
                return answer;
            }
        );

    private Task<T> Answer<T>(string queue, Func<T> command) =>
        Answer(() =>
        {
            Validation.CheckQueueName(queue);
            return command();
        });

    private Task<T> Answer<T>(Func<T> command)
    {
        try
        {
            lock (_gate)
                return Task.FromResult(command());
        }
        catch (TimestoneException refusal)
        {
            return Task.FromException<T>(refusal);
        }
    }

    // Looks whether there is an answer when the queue is next brought to the present.
    private Task<T> WaitAsync<T>(ReferenceQueue queue, TimeSpan wait, Func<bool, T?> take, CancellationToken cancellationToken)
        where T : class
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = new ReferenceWaiter(
            queue,
            queue.Now + (long)wait.TotalMilliseconds,
            isOver => take(isOver) is { } taken && answer.TrySetResult(taken),
            problem => answer.TrySetException(problem)
        );
        _waiters.Add(waiter);
        cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                if (_waiters.Remove(waiter))
                    answer.TrySetCanceled(cancellationToken);
            }
        });
        return answer.Task;
    }

    // Brings a queue to the present, and serves those that wait for it in the order in which they came.
    private void CatchUp(ReferenceQueue queue)
    {
        queue.BeginBatch(Read(queue), JournalRoom.Ample);
        // Once more where a later one has leased what an earlier one repeats.
        for (var served = true; served; )
        {
            served = false;
            foreach (var waiter in _waiters.FindAll(waiter => waiter.Queue == queue))
            {
                if (waiter.TryAnswer(waiter.EndsAt <= queue.Now))
                    served = _waiters.Remove(waiter);
            }
        }
    }

    private long Read(ReferenceQueue queue) =>
        queue.Read(_clock.GetUtcNow().ToUnixTimeMilliseconds(), (long)_clock.GetElapsedTime(_startedAt).TotalMilliseconds);

    private void WakeUp()
    {
        lock (_gate)
        {
            foreach (var queue in _waiters.Select(static waiter => waiter.Queue).Distinct().ToList())
                CatchUp(queue);
            SetWakeUp();
        }
    }

    // A queue that is ahead of the wall clock needs 1 % longer than that; it is looked at again when it was too early.
    private void SetWakeUp()
    {
        var next = _waiters.Min(waiter => (long?)Math.Min(waiter.EndsAt, waiter.Queue.NextDue ?? long.MaxValue) - Read(waiter.Queue));
        var wait = next is { } milliseconds ? TimeSpan.FromMilliseconds(Math.Max(milliseconds, 1)) : Timeout.InfiniteTimeSpan;
        _wakeUp.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
