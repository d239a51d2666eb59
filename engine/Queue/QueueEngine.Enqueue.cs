using System.Runtime.InteropServices;

namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    // What almost every message with terms has: one object for all of them.
    private static readonly EnqueueTerms PriorityOnly = new(OrderSource.Priority, null, null, null);
    private static readonly EnqueueTerms DeadlineOnly = new(OrderSource.Deadline, null, null, null);
    private static readonly EnqueueTerms OffsetOnly = new(OrderSource.Offset, null, null, null);

    /// <summary>Enqueues messages, each of which must have an id.</summary>
    public MessageResult[] Enqueue(IReadOnlyList<NewMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var results = new MessageResult[messages.Count];
        var hashes = LookAhead(messages, static message => message.Id);
        for (var i = 0; i < results.Length; i++)
            results[i] = Enqueue(messages[i], hashes[i]);
        return results;
    }

    /// <summary>The most that a message's id, payload and metadata can take in a journal, which writes text as UTF-8.</summary>
    public static long ContentBytes(NewMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Payload.Bytes.Length + MostBytes(message.Id, message.Metadata);
    }

    private MessageResult Enqueue(NewMessage message, int hash)
    {
        if (Validation.Problem(message) is { } problem)
            return new MessageResult { Id = message.Id, Error = problem };

        var id = message.Id!;
        var terms = TermsOf(message);
        if (_messages.Find(id, hash) is { } known)
        {
            return SameContent(known, message, terms)
                ? MessageView.Result(known, duplicate: true)
                : Refusals.OtherContent(known, message, terms);
        }

        if (Refusal(message) is { } refusal)
            return new MessageResult { Id = id, Error = refusal };

        var row = new MessageRow
        {
            Id = id,
            Sequence = ++_lastSequence,
            Priority = PriorityOf(message, _now),
            EnqueuedAt = _now,
            Payload = ArrayOf(message.Payload.Bytes),
            PayloadKind = message.Payload.Kind,
            Metadata = message.Metadata,
            Terms = terms,
        };
        row.State.Version = 1;
        row.State.UpdatedAt = _now;
        Wait(ref row.State, InvisibleMs(message));
        Insert(row, hash);
        _rates.Enqueued(_now);
        Record(ChangeKind.Added, TransitionCause.Enqueue, null, _now, row, 0);
        return MessageView.Result(row, duplicate: false);
    }

    private TimestoneError? Refusal(NewMessage message)
    {
        var settings = _queue.Settings;
        if (settings.EnqueueBlocked)
            return new(ErrorCode.EnqueueBlocked, $"Enqueueing to queue '{_queue.Name.Cut()}' is blocked.");
        if (settings.Type == QueueType.Exclusive && !message.Metadata.ContainsKey(settings.ExclusivityKey!))
            return new(
                ErrorCode.MissingExclusivityKey,
                $"Queue '{_queue.Name.Cut()}' is exclusive by '{settings.ExclusivityKey.Cut()}', which the metadata lack.",
                "metadata"
            );
        if (message.Payload.Bytes.Length > settings.MaxPayloadBytes)
            return new(
                ErrorCode.PayloadTooLarge,
                $"The payload is {message.Payload.Bytes.Length} bytes; the queue takes {settings.MaxPayloadBytes}.",
                "payload"
            );
        if (settings.MaxDepth > 0 && Live >= settings.MaxDepth)
            return new(ErrorCode.QueueFull, $"Queue '{_queue.Name.Cut()}' holds {settings.MaxDepth} messages, its limit.");
        return HasRoom(RoomUse.Message, ContentBytes(message)) ? null : NoRoom("new messages");
    }

    private long InvisibleMs(NewMessage message)
    {
        if (message.VisibleAt is { } at)
            return at.ToUnixTimeMilliseconds() - _now;
        return (long)(message.Invisible ?? _queue.Settings.Invisible).TotalMilliseconds;
    }

    private static bool SameContent(MessageRow row, NewMessage message, EnqueueTerms? terms) =>
        row.PayloadKind == message.Payload.Kind
        && row.Terms == terms
        && row.Priority == PriorityOf(message, row.EnqueuedAt)
        && message.Payload.Bytes.Span.SequenceEqual(row.Payload)
        && row.Metadata.Equals(message.Metadata);

    private static long PriorityOf(NewMessage message, long enqueuedAt) =>
        message.Priority ?? message.Deadline?.ToUnixTimeMilliseconds() ?? (enqueuedAt + (Ms(message.PriorityOffset) ?? 0));

    private static EnqueueTerms? TermsOf(NewMessage message)
    {
        var order =
            message.Priority is not null ? OrderSource.Priority
            : message.Deadline is not null ? OrderSource.Deadline
            : message.PriorityOffset is not null ? OrderSource.Offset
            : OrderSource.Time;
        if (message is { Invisible: null, VisibleAt: null, Lease: null })
            return order switch
            {
                OrderSource.Priority => PriorityOnly,
                OrderSource.Deadline => DeadlineOnly,
                OrderSource.Offset => OffsetOnly,
                _ => null,
            };
        return new EnqueueTerms(order, Ms(message.Invisible), message.VisibleAt?.ToUnixTimeMilliseconds(), Ms(message.Lease));
    }

    private static long? Ms(TimeSpan? duration) => duration is { } value ? (long)value.TotalMilliseconds : null;

    private static byte[] ArrayOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Array!.Length == segment.Count
            ? segment.Array
            : bytes.ToArray();
}
