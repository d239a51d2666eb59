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

    public readonly Transition Describe() => new()
    {
        Queue = Life.Queue.Name,
        Id = Life.Id,
        Life = Life.Name,
        Version = Version,
        From = From,
        To = To,
        Cause = (TransitionCause)Cause,
        At = Times.Of(At),
        InFrom = From is null ? null : TimeSpan.FromMilliseconds(At - Since),
        Attempt = Attempt,
        Worker = Worker,
        Error = Error,
        Priority = Life.Priority,
        Deadline = Life.HasDeadline ? Times.Of(Life.Priority) : null,
        MissedDeadline = MissedDeadline,
        Metadata = Life.Metadata,
        EnqueuedAt = Times.Of(Life.EnqueuedAt),
    };
}
