namespace Timestone.Tests.Elasticsearch;

/// <summary>What a service could have done, by a seed: the events of it in their order, and what there is in the end.</summary>
internal sealed class EventJournal
{
    private static readonly string[] Queues = ["orders", "a.b-c_d", "Orders"];
    private static readonly string[] Keys = ["tenant", "a.b", ".a", "x..y"];
    private static readonly string[] Errors = ["disk on fire", "Disk full: /dev/sda1", "Zeitüberschreitung bei Ärger", "timeout (408)"];
    private static readonly DateTimeOffset Start = new(2026, 1, 30, 23, 0, 0, TimeSpan.Zero);

    private readonly Random _random;
    private readonly Dictionary<(string Queue, string Id), IndexedMessage> _messages = [];
    private readonly List<Transition> _transitions = [];
    private long _sequence;
    private readonly DateTimeOffset _now = Start;

    public EventJournal(int seed, int steps = 150, int ids = 12)
    {
        _random = new Random(seed);
        for (var step = 0; step < steps; step++)
        {
            _now += TimeSpan.FromMilliseconds(_random.Next(60_000));
            var (queue, id) = (Pick(Queues), $"m{_random.Next(ids)}");
            if (_messages.GetValueOrDefault((queue, id)) is not { } message)
                Enqueue(queue, id);
            else if (message.State >= MessageState.Completed && _random.Next(2) == 0)
                Remove(message);
            else
                Move(message);
        }
    }

    public static DateTimeOffset CreatedAt { get; } = Start.AddDays(-1);

    public List<StreamEvent> Events { get; } = [];

    public List<IndexedMessage> Messages => [.. _messages.Values];

    public List<Transition> Transitions => _transitions;

    public DateTimeOffset Now => _now;

    /// <summary>The events in any order, some of them several times.</summary>
    public List<StreamEvent> Disordered()
    {
        var events = Events.Concat(Events.Where(_ => _random.Next(4) == 0)).ToArray();
        _random.Shuffle(events);
        return [.. events];
    }

    /// <summary>A message as it is after its enqueue.</summary>
    public static IndexedMessage Message(string queue, string id, int version = 1, long sequence = 1) => new()
    {
        Queue = queue,
        Id = id,
        Life = $"{CreatedAt.ToUnixTimeMilliseconds()}-{sequence}",
        Version = version,
        State = MessageState.Pending,
        Priority = sequence,
        Metadata = Metadata.Empty,
        EnqueuedAt = Start,
        UpdatedAt = Start,
        Attempt = 0,
    };

    private T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private void Enqueue(string queue, string id)
    {
        var metadata = Metadata.From(
            Keys.Where(_ => _random.Next(2) == 0).Select(key => KeyValuePair.Create(key, Pick(["1", "2", "", "a=b"])))
        );
        var priority = _random.Next(3) == 0 ? long.MaxValue - _random.Next(3) : _random.Next(5);
        Take(
            Message(queue, id, 1, ++_sequence) with
            {
                Priority = priority,
                Metadata = metadata,
                EnqueuedAt = _now,
                UpdatedAt = _now,
                Deadline = _random.Next(3) == 0 ? _now.AddHours(1) : null,
            },
            null,
            TransitionCause.Enqueue,
            _random.Next(3) switch { 0 => Payload.FromText("π"), 1 => Payload.FromBytes(new byte[] { 0, 255 }), _ => default });
    }

    private void Move(IndexedMessage message)
    {
        var to = Pick(Enum.GetValues<MessageState>());
        var cause =
            to == MessageState.Errored ? TransitionCause.Fail
            : to == MessageState.Running ? TransitionCause.Dequeue
            : Pick([TransitionCause.Expire, TransitionCause.Release]);
        Take(
            message with
            {
                Version = message.Version + 1,
                State = to,
                UpdatedAt = _now,
                VisibleAt = to == MessageState.Invisible ? _now.AddSeconds(5) : null,
                Attempt = message.Attempt + 1,
                Worker = Pick(["w 1", "w 2"]),
                Error = to == MessageState.Errored ? Pick(Errors) : message.Error,
            },
            message,
            cause,
            default);
    }

    private void Remove(IndexedMessage message)
    {
        _messages.Remove((message.Queue, message.Id));
        Events.Add(StreamEvent.Of(new RemovedMessage(message.Queue, message.Id, message.Life, message.Version + 1)));
    }

    private void Take(IndexedMessage message, IndexedMessage? before, TransitionCause cause, Payload payload)
    {
        _messages[(message.Queue, message.Id)] = message;
        _transitions.Add(new Transition
        {
            Queue = message.Queue,
            Id = message.Id,
            Life = message.Life,
            Version = message.Version,
            From = before?.State,
            To = message.State,
            Cause = cause,
            At = _now,
            InFrom = before is null ? null : _now - before.UpdatedAt,
            Attempt = message.Attempt,
            Worker = message.Worker,
            Error = message.Error,
            Priority = message.Priority,
            Deadline = message.Deadline,
            MissedDeadline = cause == TransitionCause.Dequeue && message.Deadline < _now,
            Metadata = message.Metadata,
            EnqueuedAt = message.EnqueuedAt,
            Payload = payload,
        });
        Events.Add(StreamEvent.Of(_transitions[^1]));
        Events.Add(StreamEvent.Of(message));
    }
}
