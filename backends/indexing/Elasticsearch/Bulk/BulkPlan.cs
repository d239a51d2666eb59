using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// What is to be done for some events. Of several versions of a message only the newest is written. First comes what is told of a removed
/// queue's messages, then the removal, then all else, so that none of them is found any more when a message of a later queue of that name
/// is.
/// </summary>
internal sealed class BulkPlan
{
    private readonly Dictionary<string, BulkWrite> _current = new(StringComparer.Ordinal);
    private readonly List<BulkWrite> _historic = [];
    private readonly List<RejectedEvent> _rejected = [];
    private readonly List<RemovedQueue> _removedQueues = [];

    private BulkPlan()
    {
    }

    /// <summary>The documents of messages of queues that are removed.</summary>
    public IEnumerable<BulkWrite> BeforeRemovals => _removedQueues.Count == 0 ? [] : _current.Values.Where(IsOfRemovedQueue);

    /// <summary>The other documents.</summary>
    public IEnumerable<BulkWrite> AfterRemovals =>
        (_removedQueues.Count == 0 ? _current.Values : _current.Values.Where(write => !IsOfRemovedQueue(write))).Concat(_historic);

    /// <summary>The queues whose messages are all to be removed.</summary>
    public IReadOnlyList<RemovedQueue> RemovedQueues => _removedQueues;

    /// <summary>Events that make no sense.</summary>
    public IReadOnlyList<RejectedEvent> Rejected => _rejected;

    /// <param name="events">The events.</param>
    /// <param name="names">The names of the indices.</param>
    /// <param name="period">How much time a historic index covers.</param>
    /// <param name="oldest">Historic indices whose time ended by then are gone, and are not made again for an event that comes
    /// late.</param>
    public static BulkPlan Of(IReadOnlyList<StreamEvent> events, IndexNames names, HistoricPeriod period, DateTimeOffset oldest)
    {
        var plan = new BulkPlan();
        foreach (var each in events)
        {
            switch (each)
            {
                case { Kind: StreamEventKind.Transition, Transition: { } transition }:
                    plan.Add(each, transition, names.HistoricIndex(period, transition.At), index => names.HistoricEnd(index) > oldest);
                    break;
                case { Kind: StreamEventKind.Message, Message: { } message }:
                    if (plan.IsLife(each, message.Life))
                        plan.Add(BulkWrite.Of(each, message));
                    break;
                case { Kind: StreamEventKind.MessageRemoved, RemovedMessage: { } removed }:
                    if (plan.IsLife(each, removed.Life))
                        plan.Add(BulkWrite.Of(each, removed));
                    break;
                case { Kind: StreamEventKind.QueueRemoved, RemovedQueue: { } queue }:
                    // Each partition tells it.
                    if (!plan._removedQueues.Contains(queue))
                        plan._removedQueues.Add(queue);
                    break;
                default:
                    plan._rejected.Add(new RejectedEvent(each, $"An event of kind '{each.Kind}' without what it tells."));
                    break;
            }
        }

        return plan;
    }

    private void Add(StreamEvent each, Transition transition, string index, Predicate<string> isKept)
    {
        if (IsLife(each, transition.Life) && isKept(index))
            _historic.Add(BulkWrite.Of(each, transition, index));
    }

    private void Add(BulkWrite write)
    {
        if (!_current.TryGetValue(write.Id, out var other) || other.Version < write.Version)
            _current[write.Id] = write;
    }

    private bool IsOfRemovedQueue(BulkWrite write)
    {
        var (queue, life) = write.Event.Message is { } message
            ? (message.Queue, message.Life)
            : (write.Event.RemovedMessage!.Queue, write.Event.RemovedMessage.Life);
        var createdAt = LifeId.Parse(life).QueueCreatedAt;
        return _removedQueues.Exists(removed => removed.Queue == queue && removed.CreatedAt.ToUnixTimeMilliseconds() == createdAt);
    }

    private bool IsLife(StreamEvent each, string life)
    {
        var isLife = LifeId.TryParse(life, out _);
        if (!isLife)
            _rejected.Add(new RejectedEvent(each, $"'{life}' is no life of a message."));
        return isLife;
    }
}
