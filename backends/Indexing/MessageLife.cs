using Timestone.Backends.Events;
using Timestone.Engine;

namespace Timestone.Backends.Indexing;

/// <summary>
/// A message as the index holds it, from its enqueue to its removal: the one object that it costs, changed in place, as what lives
/// long and is written often is best not made anew. Touched only under the index's lock.
/// </summary>
internal sealed class MessageLife
{
    /// <summary>The <see cref="Slot"/> of one that is no more, but still in the history.</summary>
    public const int Over = -1;

    public MessageLife(QueueTable queue, OutboxEntry entry)
    {
        (Queue, Id, QueueCreatedAt, Sequence) = (queue, entry.Id, entry.QueueCreatedAt, entry.Sequence);
        Fill(entry);
    }

    public QueueTable Queue { get; }

    public string Id { get; }

    public long QueueCreatedAt { get; }

    public long Sequence { get; }

    public long Priority { get; private set; }

    public long EnqueuedAt { get; private set; }

    public Metadata? Metadata { get; private set; }

    public bool HasDeadline { get; private set; }

    public string Name => $"{QueueCreatedAt}-{Sequence}";

    /// <summary>The life before it under the same id, while the history has something of it.</summary>
    public MessageLife? Older { get; set; }

    /// <summary>Where it stands in its queue, or <see cref="Over"/>.</summary>
    public int Slot { get; set; } = Over;

    /// <summary>The latest of its entries in the history; <see cref="TransitionRing.None"/> when it never had one.</summary>
    public long Newest { get; set; } = TransitionRing.None;

    /// <summary>How many of its entries are in the history.</summary>
    public int InHistory { get; set; }

    /// <summary>The highest version that was told of; that of its removal counts.</summary>
    public int Version { get; private set; }

    public MessageState State { get; private set; }

    public int Attempt { get; private set; }

    public long UpdatedAt { get; private set; }

    public long? VisibleAt { get; private set; }

    public string? Worker { get; private set; }

    public string? Error { get; private set; }

    public bool IsOver => Slot == Over;

    /// <summary>Whether it came after another of the same id.</summary>
    public bool IsNewerThan(MessageLife other) => (QueueCreatedAt, Sequence).CompareTo((other.QueueCreatedAt, other.Sequence)) > 0;

    public bool Is(OutboxEntry entry) => Sequence == entry.Sequence && QueueCreatedAt == entry.QueueCreatedAt;

    /// <summary>Takes what is fixed at its enqueue from an entry, unless it has it. Its removal alone does not tell.</summary>
    public void Fill(OutboxEntry entry)
    {
        if (Metadata is null && entry.Kind != OutboxEntryKind.Removed)
            (Priority, HasDeadline, EnqueuedAt, Metadata) = (entry.Priority, entry.HasDeadline, entry.EnqueuedAt, entry.Metadata);
    }

    /// <summary>Makes it what an entry says that it is.</summary>
    public void Take(OutboxEntry entry)
    {
        (Version, State, Attempt, UpdatedAt, VisibleAt) = (entry.Version, entry.State, entry.Attempt, entry.At, entry.VisibleAt);
        Error = entry.Error;

        // Workers' names are few: the one that is here already is as good as the new one, and older.
        if (Worker != entry.Worker)
            Worker = entry.Worker;
    }

    /// <summary>Notes a version without becoming it: of its removal, or as it is over.</summary>
    public void Note(int version) => Version = Math.Max(Version, version);

    public IndexedMessage Describe() => EventDocuments.MessageOf(new OutboxEntry
    {
        Kind = OutboxEntryKind.Restated,
        Queue = Queue.Name,
        QueueCreatedAt = QueueCreatedAt,
        At = UpdatedAt,
        Id = Id,
        Sequence = Sequence,
        Version = Version,
        State = State,
        Attempt = Attempt,
        Priority = Priority,
        HasDeadline = HasDeadline,
        EnqueuedAt = EnqueuedAt,
        Metadata = Metadata!,
        Worker = Worker,
        Error = Error,
        VisibleAt = VisibleAt,
    });
}
