using Timestone.Engine;
using Timestone.Events;

namespace Timestone.Tests.Kafka;

/// <summary>What happened to some messages, at random by a seed, as an outbox tells it; and how they stand at the end.</summary>
public sealed class Story
{
    private const long CreatedAt = 1_795_219_200_000;
    private readonly List<OutboxEntry> _entries = [];
    private readonly Dictionary<string, OutboxEntry> _last = [];

    public Story(int seed, int messages, int transitions, string queue = "orders")
    {
        var random = new Random(seed);
        for (var i = 0; _entries.Count < transitions; i++)
        {
            var id = $"m{random.Next(messages)}";
            var entry = Next(random, queue, id, CreatedAt + i);
            _entries.Add(entry);
            _last[id] = entry;
        }
    }

    public IReadOnlyList<OutboxEntry> Entries => _entries;

    /// <summary>How messages stand at the end; removed ones are not among them.</summary>
    public IEnumerable<IndexedMessage> Messages =>
        _last.Values.Where(static entry => entry.Kind == OutboxEntryKind.Transition).Select(EventDocuments.MessageOf);

    public IEnumerable<Transition> Transitions =>
        _entries.Where(static entry => entry.Kind == OutboxEntryKind.Transition).Select(EventDocuments.TransitionOf);

    public IEnumerable<OutboxBatch> Batches(int size) =>
        _entries.Chunk(size).Select(static entries => new OutboxBatch(entries, afterGap: false));

    public static OutboxBatch Deletion(string queue = "orders") =>
        new([OutboxEntry.Deleted(queue, CreatedAt, CreatedAt + 1_000_000)], afterGap: false);

    private OutboxEntry Next(Random random, string queue, string id, long at)
    {
        var isKnown = _last.TryGetValue(id, out var last);
        if (!isKnown || last.Kind == OutboxEntryKind.Removed)
        {
            return new OutboxEntry
            {
                Kind = OutboxEntryKind.Transition,
                Queue = queue,
                QueueCreatedAt = CreatedAt,
                At = at,
                Id = id,
                // A new life.
                Sequence = isKnown ? last.Sequence + 1_000_000 : _last.Count,
                Version = 1,
                Since = at,
                State = MessageState.Pending,
                Cause = TransitionCause.Enqueue,
                Priority = at,
                EnqueuedAt = at,
                Metadata = Metadata.Of("seed", $"{random.Next()}"),
            };
        }

        var (state, cause) = last.State switch
        {
            MessageState.Pending => (MessageState.Running, TransitionCause.Dequeue),
            MessageState.Invisible => (MessageState.Pending, TransitionCause.Visible),
            MessageState.Running => random.Next(3) switch
            {
                0 => (MessageState.Completed, TransitionCause.Complete),
                1 => (MessageState.Invisible, TransitionCause.Fail),
                _ => (MessageState.Pending, TransitionCause.Release),
            },
            _ => (last.State, TransitionCause.Retention),
        };
        var next = last with { At = at, Version = last.Version + 1, From = last.State, Since = last.At, State = state, Cause = cause };
        return cause switch
        {
            TransitionCause.Retention => next with { Kind = OutboxEntryKind.Removed },
            TransitionCause.Dequeue => next with { Attempt = last.Attempt + 1, Worker = $"w{random.Next(3)}" },
            TransitionCause.Fail => next with { Error = "it broke", VisibleAt = at + 5 },
            _ => next with { VisibleAt = null },
        };
    }
}
