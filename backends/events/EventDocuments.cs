using Timestone.Engine;

namespace Timestone.Events;

/// <summary>What the outbox tells, as what is streamed and indexed.</summary>
public static class EventDocuments
{
    /// <summary>
    /// The events of entries, in their order: of a transition two, itself and the message as it is since; of a removal that a history shows
    /// two; otherwise one.
    /// </summary>
    /// <remarks>Each is made when it is asked for, so that those of a large batch need not all be held at once.</remarks>
    public static IEnumerable<StreamEvent> Of(IEnumerable<OutboxEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            switch (entry.Kind)
            {
                case OutboxEntryKind.Transition:
                    yield return StreamEvent.Of(TransitionOf(entry));
                    yield return StreamEvent.Of(MessageOf(entry));
                    break;
                case OutboxEntryKind.Restated:
                    yield return StreamEvent.Of(MessageOf(entry));
                    break;
                case OutboxEntryKind.Removed:
                    if (entry.IsHistoric)
                        yield return StreamEvent.Of(TransitionOf(entry));
                    yield return StreamEvent.Of(new RemovedMessage(entry.Queue, entry.Id, entry.Life, entry.Version));
                    break;
                case OutboxEntryKind.QueueDeleted:
                    yield return StreamEvent.Of(new RemovedQueue(entry.Queue, Time(entry.QueueCreatedAt)));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(entries), entry.Kind, "The outbox tells of nothing else.");
            }
        }
    }

    /// <summary>The transition, or the removal, that a historic entry tells of.</summary>
    public static Transition TransitionOf(OutboxEntry entry)
    {
        var removed = entry.Kind == OutboxEntryKind.Removed;
        return new Transition
        {
            Queue = entry.Queue,
            Id = entry.Id,
            Life = entry.Life,
            Version = entry.Version,
            From = removed ? entry.State : entry.From,
            To = removed ? null : entry.State,
            Cause = entry is { IsHistoric: true, Cause: { } cause } && Enum.IsDefined(cause)
                ? cause
                : throw new ArgumentException($"No history shows a {entry.Kind} by {entry.Cause}.", nameof(entry)),
            At = Time(entry.At),
            InFrom = removed || entry.From is null ? null : TimeSpan.FromMilliseconds(entry.At - entry.Since),
            Attempt = entry.Attempt,
            Worker = entry.Worker,
            Error = entry.Error,
            Priority = entry.Priority,
            Deadline = DeadlineOf(entry),
            MissedDeadline = entry is { Cause: TransitionCause.Dequeue, HasDeadline: true } && entry.At > entry.Priority,
            Metadata = entry.Metadata,
            EnqueuedAt = Time(entry.EnqueuedAt),
            Payload = entry.Payload ?? default,
        };
    }

    /// <summary>The message as an entry tells that it is.</summary>
    public static IndexedMessage MessageOf(OutboxEntry entry)
    {
        return new IndexedMessage
        {
            Queue = entry.Queue,
            Id = entry.Id,
            Life = entry.Life,
            Version = entry.Version,
            State = entry.State,
            Priority = entry.Priority,
            Deadline = DeadlineOf(entry),
            Metadata = entry.Metadata,
            EnqueuedAt = Time(entry.EnqueuedAt),
            UpdatedAt = Time(entry.At),
            VisibleAt = entry.VisibleAt is { } visibleAt ? Time(visibleAt) : null,
            Attempt = entry.Attempt,
            Worker = entry.Worker,
            Error = entry.Error,
        };
    }

    private static DateTimeOffset? DeadlineOf(in OutboxEntry entry) => entry.HasDeadline ? Time(entry.Priority) : null;

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
