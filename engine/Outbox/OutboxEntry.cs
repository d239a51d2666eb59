namespace Timestone.Engine;

/// <summary>
/// One thing that a commit made true, told so that it can be understood without the journal. Times are Unix milliseconds.
/// </summary>
/// <remarks>
/// A value, as millions of them go by in lists that are used again: as objects they would outlive young collections of garbage.
/// </remarks>
public readonly record struct OutboxEntry
{
    /// <summary>Makes one.</summary>
    public OutboxEntry()
    {
    }

    /// <summary>
    /// What it tells. Of a deleted queue only <see cref="Queue"/>, <see cref="QueueCreatedAt"/> and <see cref="At"/> are told; of a removed
    /// message besides these what it was called, its version, last state and the cause, and where <see cref="IsHistoric"/> its attempts,
    /// priority, time of enqueue and metadata.
    /// </summary>
    public required OutboxEntryKind Kind { get; init; }

    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>When the queue was created: tells it apart from one of the same name that was deleted.</summary>
    public required long QueueCreatedAt { get; init; }

    /// <summary>When it happened; of a restated message, when it made its last transition.</summary>
    public required long At { get; init; }

    /// <summary>The message's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The message's place in the order of enqueue, unique in its queue.</summary>
    public long Sequence { get; init; }

    /// <summary>The message's version after it; of a removed one, one more than its last.</summary>
    public int Version { get; init; }

    /// <summary>The state before a transition; null of an enqueue.</summary>
    public MessageState? From { get; init; }

    /// <summary>When the state before began; of an enqueue, when that happened.</summary>
    public long Since { get; init; }

    /// <summary>The state after; of a removed message its last.</summary>
    public MessageState State { get; init; }

    /// <summary>What made it; null of a message that is restated and of a deleted queue.</summary>
    public TransitionCause? Cause { get; init; }

    /// <summary>Attempts spent since the message's enqueue or last redrive.</summary>
    public int Attempt { get; init; }

    /// <summary>The message's priority.</summary>
    public long Priority { get; init; }

    /// <summary>Whether the priority was given as a deadline.</summary>
    public bool HasDeadline { get; init; }

    /// <summary>When the message was enqueued.</summary>
    public long EnqueuedAt { get; init; }

    /// <summary>What describes the message.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>Who holds it or held it last.</summary>
    public string? Worker { get; init; }

    /// <summary>Why its last attempt failed, or the reason of its cancel.</summary>
    public string? Error { get; init; }

    /// <summary>When it becomes pending; only while invisible.</summary>
    public long? VisibleAt { get; init; }

    /// <summary>What it carries: only with its enqueue, and only if the queue's settings say so; null otherwise.</summary>
    public Payload? Payload { get; init; }

    /// <summary>The message's <see cref="LifeId"/>.</summary>
    public string Life => new LifeId(QueueCreatedAt, Sequence).ToString();

    /// <summary>
    /// Whether a message's history shows it: each transition does, and the removal of a message that was errored or canceled, or that was
    /// purged. Completed messages that are over are too many to tell of.
    /// </summary>
    public bool IsHistoric => Kind == OutboxEntryKind.Transition || (Kind == OutboxEntryKind.Removed && IsHistoricRemoval(State, Cause));

    /// <summary>Whether a message's history shows that it was removed.</summary>
    /// <param name="last">Its last state.</param>
    /// <param name="cause">Why it was removed.</param>
    public static bool IsHistoricRemoval(MessageState last, TransitionCause? cause) =>
        last is MessageState.Errored or MessageState.Canceled || cause == TransitionCause.Purge;

    /// <summary>What a change tells; null when that is nothing, as of an extension.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="createdAt">When the queue was created.</param>
    /// <param name="withPayload">Whether an enqueue tells its payload.</param>
    /// <param name="change">The change.</param>
    public static OutboxEntry? Of(string queue, long createdAt, bool withPayload, in RowChange change) =>
        change.Kind switch
        {
            ChangeKind.Removed => Removal(queue, createdAt, change),
            ChangeKind.Rewritten => Restated(queue, createdAt, change.Row, change.State),
            _ when !change.IsTransition => null,
            ChangeKind.Added when withPayload => Whole(OutboxEntryKind.Transition, queue, createdAt, change) with
            {
                Payload = Timestone.Payload.FromStored(change.Row.PayloadKind, change.Row.Payload),
            },
            _ => Whole(OutboxEntryKind.Transition, queue, createdAt, change),
        };

    /// <summary>What a batch tells to readers that follow it: nothing of what it only writes once more.</summary>
    /// <param name="queue">The queue as it is before the batch.</param>
    /// <param name="changes">The batch.</param>
    public static IEnumerable<OutboxEntry> Of(QueueRow queue, ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(changes);
        var (name, createdAt, withPayload) = (queue.Name, queue.CreatedAt, (changes.Queue ?? queue).Settings.PublishPayloads);
        foreach (var change in changes.Rows)
        {
            if (change.Kind != ChangeKind.Rewritten && Of(name, createdAt, withPayload, change) is { } entry)
                yield return entry;
        }

        if (changes.Deleted)
            yield return Deleted(name, createdAt, changes.DeletedAt);
    }

    /// <summary>Tells a message as it stands.</summary>
    public static OutboxEntry Restated(string queue, long createdAt, MessageRow row, in RowState state) =>
        Whole(
            OutboxEntryKind.Restated,
            queue,
            createdAt,
            new RowChange(ChangeKind.Rewritten, null, null, state.UpdatedAt, state.UpdatedAt, row, state)
        );

    /// <summary>Tells that a queue is gone.</summary>
    public static OutboxEntry Deleted(string queue, long createdAt, long at) =>
        new() { Kind = OutboxEntryKind.QueueDeleted, Queue = queue, QueueCreatedAt = createdAt, At = at };

    private static OutboxEntry Removal(string queue, long createdAt, in RowChange change)
    {
        var entry = new OutboxEntry
        {
            Kind = OutboxEntryKind.Removed,
            Queue = queue,
            QueueCreatedAt = createdAt,
            At = change.At,
            Id = change.Row.Id,
            Sequence = change.Row.Sequence,
            Version = change.State.Version + 1,
            State = change.State.State,
            Cause = change.Cause,
        };
        return !entry.IsHistoric ? entry : entry with
        {
            Attempt = change.State.Attempt,
            Priority = change.Row.Priority,
            HasDeadline = change.Row.Terms?.Order == OrderSource.Deadline,
            EnqueuedAt = change.Row.EnqueuedAt,
            Metadata = change.Row.Metadata,
        };
    }

    private static OutboxEntry Whole(OutboxEntryKind kind, string queue, long createdAt, in RowChange change) => new()
    {
        Kind = kind,
        Queue = queue,
        QueueCreatedAt = createdAt,
        At = change.At,
        Id = change.Row.Id,
        Sequence = change.Row.Sequence,
        Version = change.State.Version,
        From = change.From,
        Since = change.Since,
        State = change.State.State,
        Cause = change.Cause,
        Attempt = change.State.Attempt,
        Priority = change.Row.Priority,
        HasDeadline = change.Row.Terms?.Order == OrderSource.Deadline,
        EnqueuedAt = change.Row.EnqueuedAt,
        Metadata = change.Row.Metadata,
        Worker = change.State.Lease?.Worker,
        Error = change.State.Notes?.Error,
        VisibleAt = change.State.State == MessageState.Invisible ? change.State.DueAt : null,
    };
}
