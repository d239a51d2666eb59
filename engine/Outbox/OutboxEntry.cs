namespace Timestone.Engine;

/// <summary>
/// One thing that a commit made true, told so that it can be understood without the journal. Times are Unix milliseconds.
/// </summary>
public sealed record OutboxEntry
{
    /// <summary>What it tells. Of a deleted queue only <see cref="Queue"/>, <see cref="QueueCreatedAt"/> and <see cref="At"/> are told.</summary>
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

    /// <summary>What made it.</summary>
    public Cause Cause { get; init; }

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

    /// <summary>Tells apart messages that had the same id one after the other, in queues of one name that were created one after the other.</summary>
    public string Life => $"{QueueCreatedAt}-{Sequence}";
}
