namespace Timestone.Tests.Support;

/// <summary>
/// The service written naively: one lock, one list a queue, everything looked for by going through all of it. It shares
/// no code with the engine beyond the contracts, so what both answer alike is the documentation's word twice.
/// </summary>
public sealed class ReferenceTimestone : ITimestone, IDisposable
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ReferenceQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<Transition> _history = [];
    private readonly TimeProvider _clock;
    private readonly QueueSettings? _defaults;
    private readonly ITimer _wakeUp;
    private DateTimeOffset _earliestCreation = DateTimeOffset.MinValue;

    /// <param name="clock">The time.</param>
    /// <param name="defaults">The settings of queues created by their first message; null not to create them so.</param>
    public ReferenceTimestone(TimeProvider clock, QueueSettings? defaults)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _defaults = defaults;
        _wakeUp = clock.CreateTimer(_ => WakeUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private delegate T Command<out T>(ReferenceQueue queue, DateTimeOffset now);

    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default) =>
        Answer(
            queue,
            () =>
            {
                Validation.Check(settings);
                if (!_queues.TryGetValue(queue, out var known))
                    return new CreateQueueResult(
                        (_queues[queue] = new ReferenceQueue(queue, settings, NewCreation(), _history)).Info,
                        Created: true
                    );
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
        On(queue, static (found, _) => found.Info);

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
            (found, _) =>
            {
                found.Settings = patch.ApplyTo(found.Settings);
                return found.Info;
            }
        );

    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        On(
            queue,
            (found, _) =>
            {
                _queues.Remove(queue);
                _earliestCreation = new[] { _earliestCreation, found.Info.CreatedAt.AddMilliseconds(1) }.Max();
                foreach (var waiter in found.Waiters)
                    waiter.Answer.TrySetException(NotFound(queue));
                return true;
            }
        );

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    ) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckBatch("messages", messages);
                Validation.CheckBatchBytes(messages);
                if (_defaults is not null && !_queues.ContainsKey(queue))
                    _queues[queue] = new ReferenceQueue(queue, _defaults, NewCreation(), _history);
                return Run(queue, (found, now) => Each(messages, message => found.Enqueue(message, now)));
            }
        );

    public Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        return Answer(
                queue,
                () =>
                {
                    Validation.Check(request);
                    return Run(queue, Begin);
                }
            )
            .Unwrap();

        Task<DequeueResult> Begin(ReferenceQueue found, DateTimeOffset now)
        {
            var settled = request.Settle.Count == 0 ? null : Each(request.Settle, settlement => found.Settle(settlement, now));
            var waiter = new ReferenceWaiter(request, settled, now + (request.Max == 0 ? TimeSpan.Zero : request.Wait));
            found.Waiters.Add(waiter);
            cancellationToken.Register(() =>
            {
                lock (_gate)
                {
                    if (found.Waiters.Remove(waiter))
                        waiter.Answer.TrySetCanceled(cancellationToken);
                }
            });
            return waiter.Answer.Task;
        }
    }

    public Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    ) => Batch(queue, settlements, static (found, settlement, now) => found.Settle(settlement, now));

    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    ) => Batch(queue, extensions, static (found, extension, now) => found.Extend(extension, now));

    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    ) => Batch(queue, cancellations, static (found, cancellation, now) => found.Cancel(cancellation, now));

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckId(id);
                return Run(queue, (found, now) => found.Redrive(id, now).ThrowIfError());
            }
        );

    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) =>
        On(
            queue,
            static (found, now) =>
            {
                var errored = found.Messages.Where(message => message.State == MessageState.Errored).ToList();
                errored.ForEach(message => found.Redrive(message.Id, now));
                return (long)errored.Count;
            }
        );

    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckScope(scope);
                return Run(queue, (found, now) => found.Purge(scope, now));
            }
        );

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckId(id);
                return Run(
                    queue,
                    (found, _) =>
                        found.Find(id) is { } message
                            ? found.Describe(message)
                            : throw new TimestoneException(ErrorCode.MessageNotFound, "No such message.")
                );
            }
        );

    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckState(state);
                Validation.CheckLimit(limit);
                return Run(queue, (found, _) => ReferencePages.Page(found, state, cursor, limit));
            }
        );

    public Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    ) =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckState(state);
                var wanted = filter ?? Metadata.Empty;
                Validation.CheckFilter(wanted);
                return Run(
                    queue,
                    (found, _) =>
                        (long)
                            found.Messages.Count(message =>
                                (state is null ? !message.IsTerminal : message.State == state) && message.Given.Metadata.Matches(wanted)
                            )
                );
            }
        );

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        On(
            queue,
            (found, now) =>
            {
                long Count(MessageState state) => found.Messages.Count(message => message.State == state);
                var oldest = found.Messages.Where(message => message.State == MessageState.Pending).MinBy(message => message.EnqueuedAt);
                return new QueueStats
                {
                    Queue = queue,
                    At = now,
                    Counts = new StateCounts(
                        Count(MessageState.Invisible),
                        Count(MessageState.Pending),
                        Count(MessageState.Running),
                        Count(MessageState.Completed),
                        Count(MessageState.Canceled),
                        Count(MessageState.Errored)
                    ),
                    OldestPending = oldest is null ? null : now - oldest.EnqueuedAt,
                    Lateness = found.Statistics.Lateness(now),
                    Rates = found.Statistics.Rates(now),
                    Removed = new RemovalCounts(found.Statistics.Retired, found.Statistics.Purged, found.Statistics.Bounded),
                };
            }
        );

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

    private static IReadOnlyList<MessageResult> Each<T>(IReadOnlyList<T> items, Func<T, MessageResult> answer) => [.. items.Select(answer)];

    private static void Serve(ReferenceQueue queue, DateTimeOffset now)
    {
        // Once more where a later one has leased what an earlier one repeats.
        int before;
        do
        {
            before = queue.Waiters.Count;
            foreach (var waiter in queue.Waiters.ToList())
            {
                var messages = waiter.Request.Max == 0 ? null : queue.Dequeue(waiter.Request, now);
                if (messages is null && waiter.EndsAt > now)
                    continue;
                queue.Waiters.Remove(waiter);
                waiter.Answer.TrySetResult(new DequeueResult { Messages = messages ?? [], Settled = waiter.Settled });
            }
        } while (queue.Waiters.Count < before);
    }

    private Task<IReadOnlyList<MessageResult>> Batch<T>(
        string queue,
        IReadOnlyList<T> items,
        Func<ReferenceQueue, T, DateTimeOffset, MessageResult> answer
    )
        where T : class =>
        Answer(
            queue,
            () =>
            {
                Validation.CheckBatch("items", items);
                return Run(queue, (found, now) => Each(items, item => answer(found, item, now)));
            }
        );

    private IEnumerable<IndexedMessage> Current() =>
        _queues.Values.SelectMany(static queue => queue.Messages.Select(queue.DescribeIndexed));

    private Freshness Fresh() =>
        new() { Lag = TimeSpan.Zero, NewestTransition = _history.Count == 0 ? null : _history.Max(static one => one.At) };

    private DateTimeOffset NewCreation() => new[] { _clock.GetUtcNow(), _earliestCreation }.Max();

    // The index of this service is the service itself: what it does not include was never written.
    private Task<T> OnIndex<T>(Func<(IndexedWrite? After, Func<T> Read)> ask)
    {
        try
        {
            lock (_gate)
            {
                var (after, read) = ask();
                foreach (var queue in _queues.Values)
                    queue.CatchUp(queue.Read(_clock));
                if (
                    after is not null
                    && !_history.Exists(one => one.Queue == after.Queue && one.Id == after.Id && one.Version >= after.Version)
                )
                    throw new TimestoneException(ErrorCode.Unavailable, $"There is no {after}.", "after");
                return Task.FromResult(read());
            }
        }
        catch (TimestoneException refusal)
        {
            return Task.FromException<T>(refusal);
        }
    }

    private Task<T> On<T>(string queue, Command<T> command) => Answer(queue, () => Run(queue, command));

    private Task<T> Answer<T>(string queue, Func<T> command)
    {
        try
        {
            Validation.CheckQueueName(queue);
            lock (_gate)
                return Task.FromResult(command());
        }
        catch (TimestoneException refusal)
        {
            return Task.FromException<T>(refusal);
        }
    }

    private T Run<T>(string queue, Command<T> command)
    {
        if (!_queues.TryGetValue(queue, out var found))
            throw NotFound(queue);
        var now = found.Read(_clock);
        found.CatchUp(now);
        Serve(found, now);
        var answer = command(found, now);
        found.CatchUp(now);
        Serve(found, now);
        SetWakeUp();
        return answer;
    }

    private void WakeUp()
    {
        lock (_gate)
        {
            foreach (var queue in _queues.Values.Where(queue => queue.Waiters.Count > 0))
            {
                var now = queue.Read(_clock);
                queue.CatchUp(now);
                Serve(queue, now);
            }

            SetWakeUp();
        }
    }

    // A queue that is ahead of the wall clock needs 1 % longer than that; it is looked at again when it was too early.
    private void SetWakeUp()
    {
        var next = _queues
            .Values.Where(queue => queue.Waiters.Count > 0)
            .SelectMany(queue =>
                queue
                    .Waiters.Select(waiter => (DateTimeOffset?)waiter.EndsAt)
                    .Concat(queue.Messages.Select(message => message.Due))
                    .Select(at => at - queue.Read(_clock))
            )
            .Min();
        _wakeUp.Change(next is { } wait ? new[] { wait, OneMillisecond }.Max() : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
