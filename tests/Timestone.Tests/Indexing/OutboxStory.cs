using Timestone.Engine;

namespace Timestone.Tests.Indexing;

/// <summary>
/// What an outbox might tell: random lives of messages in a few queues, some of which are deleted and created anew, and what is then
/// true, kept the naive way.
/// </summary>
internal sealed class OutboxStory
{
    private static readonly string[] Errors = ["Timeout after 30 s", "connection refused: db-7", "failed", "lease expired"];
    private readonly Random _random;
    private readonly Dictionary<string, (long CreatedAt, long Sequences)> _queues = [];
    private readonly Dictionary<(string Queue, string Id), OutboxEntry> _current = [];
    private long _now = 1_767_225_600_000;

    public OutboxStory(Random random, int steps)
    {
        _random = random;
        for (var i = 0; i < steps; i++)
            Step();
    }

    /// <summary>All of it, in order.</summary>
    public List<OutboxEntry> Entries { get; } = [];

    public long Now => _now;

    /// <summary>The messages that are there at the end, each as its last entry tells.</summary>
    public IReadOnlyCollection<OutboxEntry> Current => _current.Values;

    public IEnumerable<(string Queue, string Id)> Names =>
        Entries.Where(static entry => entry.Id.Length > 0).Select(static entry => (entry.Queue, entry.Id)).Distinct();

    private void Step()
    {
        _now += _random.Next(4) == 0 ? _random.Next(100_000) : _random.Next(3);
        var queue = $"q{_random.Next(3)}";
        if (!_queues.TryGetValue(queue, out var known))
            _queues[queue] = known = (_now, 0);
        var id = $"m{_random.Next(8)}";
        if (_random.Next(60) == 0)
            Delete(queue, known.CreatedAt);
        else if (_current.TryGetValue((queue, id), out var message))
            Continue(message);
        else
            Enqueue(queue, id);
    }

    private void Enqueue(string queue, string id)
    {
        var (createdAt, sequences) = _queues[queue];
        _queues[queue] = (createdAt, sequences + 1);
        var restated = _random.Next(5) == 0;
        Tell(
            new OutboxEntry
            {
                Kind = restated ? OutboxEntryKind.Restated : OutboxEntryKind.Transition,
                Queue = queue,
                QueueCreatedAt = createdAt,
                At = _now,
                Id = id,
                Sequence = sequences + 1,
                Version = restated ? _random.Next(1, 9) : 1,
                Since = _now,
                State = Any<MessageState>(),
                Cause = TransitionCause.Enqueue,
                Priority = _random.Next(2) == 0 ? _now + _random.Next(-5000, 5000) : _random.Next(5),
                HasDeadline = _random.Next(2) == 0,
                EnqueuedAt = _now,
                Metadata =
                    _random.Next(2) == 0
                        ? Metadata.Empty
                        : Metadata.From([new("tenant", $"t{_random.Next(3)}"), new("kind", $"k{_random.Next(2)}")]),
            }
        );
    }

    private void Continue(OutboxEntry message)
    {
        if (_random.Next(6) == 0)
        {
            var removed = new OutboxEntry
            {
                Kind = OutboxEntryKind.Removed,
                Queue = message.Queue,
                QueueCreatedAt = message.QueueCreatedAt,
                At = _now,
                Id = message.Id,
                Sequence = message.Sequence,
                Version = message.Version + 1,
                State = message.State,
                Cause = message.State switch
                {
                    MessageState.Completed or MessageState.Canceled => Pick(TransitionCause.Retention, TransitionCause.Purge),
                    MessageState.Errored => Pick(TransitionCause.Retention, TransitionCause.Bound, TransitionCause.Purge),
                    _ => TransitionCause.Purge,
                },
            };
            Entries.Add(!removed.IsHistoric ? removed : removed with
            {
                Attempt = message.Attempt,
                Priority = message.Priority,
                HasDeadline = message.HasDeadline,
                EnqueuedAt = message.EnqueuedAt,
                Metadata = message.Metadata,
            });
            _current.Remove((message.Queue, message.Id));
            return;
        }

        var state = Any<MessageState>();
        Tell(message with
        {
            Kind = OutboxEntryKind.Transition,
            At = _now,
            Version = message.Version + 1,
            From = message.State,
            Since = message.At,
            State = state,
            Cause = (TransitionCause)_random.Next((int)TransitionCause.Visible, (int)TransitionCause.Redrive + 1),
            Attempt = _random.Next(5),
            Worker = _random.Next(2) == 0 ? null : $"w{_random.Next(3)}",
            Error = _random.Next(2) == 0 ? null : Errors[_random.Next(Errors.Length)],
            VisibleAt = state == MessageState.Invisible ? _now + 1000 : null,
        });
    }

    private TransitionCause Pick(params ReadOnlySpan<TransitionCause> causes) => causes[_random.Next(causes.Length)];

    private void Delete(string queue, long createdAt)
    {
        Entries.Add(OutboxEntry.Deleted(queue, createdAt, _now));
        _queues.Remove(queue);
        foreach (var message in _current.Keys.Where(name => name.Queue == queue).ToList())
            _current.Remove(message);
        _now++;
    }

    private void Tell(OutboxEntry entry)
    {
        Entries.Add(entry);
        _current[(entry.Queue, entry.Id)] = entry;
    }

    private T Any<T>()
        where T : struct, Enum => Enum.GetValues<T>()[_random.Next(Enum.GetValues<T>().Length)];
}
