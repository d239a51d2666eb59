using Timestone.Engine;
using Timestone.Events;

namespace Timestone.Indexing.Memory;

/// <summary>
/// A message as the index holds it, from its enqueue to its removal: a value that stays in its place in <see cref="LifePages"/> and is
/// changed there. Touched only under the index's lock.
/// </summary>
internal struct MessageLife
{
    private const long Never = long.MinValue;

    public InlineId Id;

    /// <summary>That of the id.</summary>
    public int Hash;

    /// <summary>
    /// Where the life before it under the same id is, while the history has something of it; <see cref="LifePages.None"/> where there is
    /// none.
    /// </summary>
    public int Older;

    public long QueueCreatedAt;
    public long Sequence;
    public long Priority;
    public long EnqueuedAt;
    public long UpdatedAt;

    /// <summary>The latest of its entries in the history; <see cref="TransitionRing.None"/> when it never had one.</summary>
    public long Newest;

    public Metadata? Metadata;
    public string? Worker;
    public string? Error;

    /// <summary>How many of its entries are in the history.</summary>
    public int InHistory;

    /// <summary>The highest version that was told of; that of its removal counts.</summary>
    public int Version;

    public int Attempt;
    public MessageState State;
    public bool HasDeadline;

    /// <summary>Whether the life before it under the same id was forgotten.</summary>
    public bool OlderDropped;

    /// <summary>Whether the message is there: its enqueue was told, and its end was not.</summary>
    public bool IsHere;

    private long _visibleAt;

    /// <summary>Begins, in a place in which nothing is.</summary>
    public void Begin(ReadOnlySpan<byte> id, int hash, in OutboxEntry entry)
    {
        Id = new InlineId(id);
        (Hash, QueueCreatedAt, Sequence) = (hash, entry.QueueCreatedAt, entry.Sequence);
        (Older, Newest) = (LifePages.None, TransitionRing.None);
    }

    public readonly string Name => new LifeId(QueueCreatedAt, Sequence).ToString();

    /// <summary>Whether the history has less of it than was ever told, or happened before anything was.</summary>
    public readonly bool IsIncomplete => InHistory < Version || OlderDropped;

    /// <summary>Whether it came after another of the same id.</summary>
    public readonly bool IsNewerThan(in MessageLife other) =>
        QueueCreatedAt != other.QueueCreatedAt ? QueueCreatedAt > other.QueueCreatedAt : Sequence > other.Sequence;

    public readonly bool Is(in OutboxEntry entry) => Sequence == entry.Sequence && QueueCreatedAt == entry.QueueCreatedAt;

    /// <summary>Takes what is fixed at its enqueue from an entry, unless it has it. Most removals do not tell.</summary>
    public void Fill(in OutboxEntry entry)
    {
        if (Metadata is null && (entry.Kind != OutboxEntryKind.Removed || entry.IsHistoric))
            (Priority, HasDeadline, EnqueuedAt, Metadata) = (entry.Priority, entry.HasDeadline, entry.EnqueuedAt, entry.Metadata);
    }

    /// <summary>Makes it what an entry says that it is.</summary>
    public void Take(in OutboxEntry entry)
    {
        (Version, State, Attempt, UpdatedAt, _visibleAt) = (entry.Version, entry.State, entry.Attempt, entry.At, entry.VisibleAt ?? Never);
        Error = entry.Error;

        // Workers' names are few: the one that is here already is as good as the new one, and older.
        if (Worker != entry.Worker)
            Worker = entry.Worker;
    }

    /// <summary>Notes a version without becoming it: of its removal, or as it is over.</summary>
    public void Note(int version) => Version = Math.Max(Version, version);

    public readonly IndexedMessage Describe(string queue) => EventDocuments.MessageOf(new OutboxEntry
    {
        Kind = OutboxEntryKind.Restated,
        Queue = queue,
        QueueCreatedAt = QueueCreatedAt,
        At = UpdatedAt,
        Id = Id.ToString(),
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
        VisibleAt = _visibleAt == Never ? null : _visibleAt,
    });
}
