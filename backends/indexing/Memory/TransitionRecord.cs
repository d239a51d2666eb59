using Timestone.Engine;
using Timestone.Events;

namespace Timestone.Indexing.Memory;

/// <summary>An entry of the outbox as the history keeps it: what its message's life does not say already.</summary>
internal struct TransitionRecord
{
    public QueueTable Queue;
    public string? Worker;
    public string? Error;
    public long At;
    public long Since;

    /// <summary>Where the entry of the same life stands that came before.</summary>
    public long Previous;

    /// <summary>Where its message's life is in the queue's table.</summary>
    public int Life;
    public int Version;
    public int Attempt;
    public OutboxEntryKind Kind;
    public TransitionCause? Cause;
    public MessageState? From;
    public MessageState To;

    /// <summary>Whether a history shows it.</summary>
    public readonly bool IsHistoric =>
        Kind == OutboxEntryKind.Transition || (Kind == OutboxEntryKind.Removed && OutboxEntry.IsHistoricRemoval(To, Cause));

    /// <summary>Whether it is a dequeue behind the deadline of the message that it is of.</summary>
    public readonly bool MissedDeadline(in MessageLife life) => Cause == TransitionCause.Dequeue && life.HasDeadline && At > life.Priority;

    /// <summary>Describes it, as one of the message that it is of.</summary>
    public readonly Transition Describe(in MessageLife life) => EventDocuments.TransitionOf(new OutboxEntry
    {
        Kind = Kind,
        Queue = Queue.Name,
        QueueCreatedAt = life.QueueCreatedAt,
        At = At,
        Id = life.Id.ToString(),
        Sequence = life.Sequence,
        Version = Version,
        From = From,
        Since = Since,
        State = To,
        Cause = Cause,
        Attempt = Attempt,
        Priority = life.Priority,
        HasDeadline = life.HasDeadline,
        EnqueuedAt = life.EnqueuedAt,
        Metadata = life.Metadata!,
        Worker = Worker,
        Error = Error,
    });
}
