using Timestone.Backends.Events;
using Timestone.Engine;

namespace Timestone.Backends.Indexing;

/// <summary>An entry of the outbox as the history keeps it: what its message's life does not say already.</summary>
internal struct TransitionRecord
{
    public MessageLife Life;
    public string? Worker;
    public string? Error;
    public long At;
    public long Since;

    /// <summary>Where the entry of the same life stands that came before.</summary>
    public long Previous;
    public int Version;
    public int Attempt;
    public OutboxEntryKind Kind;
    public Cause Cause;
    public MessageState? From;
    public MessageState To;

    public readonly bool IsTransition => Kind == OutboxEntryKind.Transition;

    public readonly bool MissedDeadline => Cause == Cause.Dequeue && Life.HasDeadline && At > Life.Priority;

    public readonly Transition Describe() => EventDocuments.TransitionOf(new OutboxEntry
    {
        Kind = Kind,
        Queue = Life.Queue.Name,
        QueueCreatedAt = Life.QueueCreatedAt,
        At = At,
        Id = Life.Id,
        Sequence = Life.Sequence,
        Version = Version,
        From = From,
        Since = Since,
        State = To,
        Cause = Cause,
        Attempt = Attempt,
        Priority = Life.Priority,
        HasDeadline = Life.HasDeadline,
        EnqueuedAt = Life.EnqueuedAt,
        Metadata = Life.Metadata!,
        Worker = Worker,
        Error = Error,
    });
}
