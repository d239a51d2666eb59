using Timestone.Engine;

namespace Timestone.Backends.Events;

/// <summary>What the outbox tells, as what is streamed and indexed.</summary>
public static class EventDocuments
{
    /// <summary>The events of an entry: of a transition two, itself and the message as it is since; otherwise one.</summary>
    public static void AddTo(List<StreamEvent> events, in OutboxEntry entry)
    {
        ArgumentNullException.ThrowIfNull(events);
        switch (entry.Kind)
        {
            case OutboxEntryKind.Transition:
                events.Add(Of(StreamEventKind.Transition) with { Transition = TransitionOf(entry) });
                events.Add(Of(StreamEventKind.Message) with { Message = MessageOf(entry) });
                break;
            case OutboxEntryKind.Restated:
                events.Add(Of(StreamEventKind.Message) with { Message = MessageOf(entry) });
                break;
            case OutboxEntryKind.Removed:
                events.Add(Of(StreamEventKind.MessageRemoved) with { RemovedMessage = new RemovedMessage(entry.Queue, entry.Id, entry.Life, entry.Version) });
                break;
            case OutboxEntryKind.QueueDeleted:
                events.Add(Of(StreamEventKind.QueueRemoved) with { RemovedQueue = new RemovedQueue(entry.Queue, Time(entry.QueueCreatedAt)) });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "The outbox tells of nothing else.");
        }
    }

    /// <summary>The events of entries, in their order.</summary>
    public static List<StreamEvent> Of(IReadOnlyList<OutboxEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var events = new List<StreamEvent>(entries.Count * 2);
        foreach (var entry in entries)
            AddTo(events, entry);
        return events;
    }

    /// <summary>The transition that an entry of that kind tells of.</summary>
    public static Transition TransitionOf(OutboxEntry entry)
    {
        return new Transition
        {
            Queue = entry.Queue,
            Id = entry.Id,
            Life = entry.Life,
            Version = entry.Version,
            From = entry.From,
            To = entry.State,
            Cause = CauseOf(entry),
            At = Time(entry.At),
            InFrom = entry.From is null ? null : TimeSpan.FromMilliseconds(entry.At - entry.Since),
            Attempt = entry.Attempt,
            Worker = entry.Worker,
            Error = entry.Error,
            Priority = entry.Priority,
            Deadline = DeadlineOf(entry),
            MissedDeadline = entry is { Cause: Cause.Dequeue, HasDeadline: true } && entry.At > entry.Priority,
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

    private static StreamEvent Of(StreamEventKind kind) => new() { Schema = StreamEvent.CurrentSchema, Kind = kind };

    // The names of a transition's causes are those of the engine, with the same numbers.
    private static TransitionCause CauseOf(in OutboxEntry entry) => entry.Cause <= Cause.Redrive
        ? (TransitionCause)entry.Cause
        : throw new ArgumentException($"{entry.Cause} makes no transition.", nameof(entry));

    private static DateTimeOffset? DeadlineOf(in OutboxEntry entry) => entry.HasDeadline ? Time(entry.Priority) : null;

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
