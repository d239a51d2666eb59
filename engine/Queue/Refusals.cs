using Timestone.Json;

namespace Timestone.Engine;

/// <summary>What the engine says when it refuses something of a message, in words that tell what to do next.</summary>
internal static class Refusals
{
    public static MessageResult NotFound(string id) =>
        MessageResult.Refused(id, ErrorCode.MessageNotFound, $"There is no message '{id.Cut()}'.", "id");

    public static MessageResult IllegalTransition(MessageRow row, string goal) =>
        MessageResult.Refused(
            row.Id,
            ErrorCode.IllegalTransition,
            $"Message '{row.Id.Cut()}' is {EnumNames.Of(row.State.State)} and cannot be {goal}."
        );

    /// <summary>Says what became of the lease, and of the message.</summary>
    /// <param name="row">The message.</param>
    /// <param name="token">The lease's token; null where it was none.</param>
    public static MessageResult LeaseLost(MessageRow row, ulong? token) =>
        MessageResult.Refused(
            row.Id,
            ErrorCode.LeaseLost,
            $"{WhatBecameOfLease(row.State, token)} {WhatBecameOfMessage(row)}",
            "leaseToken"
        );

    /// <summary>Names the fields in which a message differs from one that exists.</summary>
    public static MessageResult OtherContent(MessageRow row, NewMessage message, EnqueueTerms? terms) =>
        MessageResult.Refused(
            row.Id,
            ErrorCode.MessageConflict,
            $"Message '{row.Id.Cut()}' exists with other content. Different: {string.Join(", ", Differences(row, message, terms))}.",
            "id"
        );

    private static IEnumerable<string> Differences(MessageRow row, NewMessage message, EnqueueTerms? terms)
    {
        if (row.PayloadKind != message.Payload.Kind || !message.Payload.Bytes.Span.SequenceEqual(row.Payload))
            yield return "payload";
        if (!row.Metadata.Equals(message.Metadata))
            yield return "metadata";
        if (Differs(OrderSource.Priority, message.Priority))
            yield return "priority";
        if (Differs(OrderSource.Deadline, message.Deadline?.ToUnixTimeMilliseconds()))
            yield return "deadline";
        if (Differs(OrderSource.Offset, row.EnqueuedAt + (long?)message.PriorityOffset?.TotalMilliseconds))
            yield return "priorityOffsetSeconds";
        if (row.Terms?.InvisibleMs != terms?.InvisibleMs)
            yield return "invisibleSeconds";
        if (row.Terms?.VisibleAt != terms?.VisibleAt)
            yield return "visibleAt";
        if (row.Terms?.LeaseMs != terms?.LeaseMs)
            yield return "leaseSeconds";

        // What was not given is no difference to what was not given; the priority is then the time of enqueue.
        bool Differs(OrderSource source, long? given) => (row.Terms?.Order == source ? row.Priority : null) != given;
    }

    private static string WhatBecameOfLease(in RowState state, ulong? token)
    {
        if (token is null)
            return "The lease token is not one that a dequeue gave.";
        if (state.EndingOf(token.Value) is { } ended)
            return $"The lease was ended before, by {EnumNames.Of(ended.Action)}.";
        if (state.Lease?.Token != token)
            return "The lease expired, or the lease token is not one of this message's.";
        return state.State == MessageState.Canceled ? "The message was canceled while it was leased." : "The lease expired.";
    }

    private static string WhatBecameOfMessage(MessageRow row)
    {
        var state = row.State;
        var since = Rfc3339.Format(MessageView.Time(state.UpdatedAt));
        return state.State switch
        {
            MessageState.Running => $"Message '{row.Id.Cut()}' is running under another lease since {since}, attempt {state.Attempt}.",
            MessageState.Invisible =>
                $"Message '{row.Id.Cut()}' is invisible until {Rfc3339.Format(MessageView.Time(state.DueAt))}, with {state.Attempt} attempts spent.",
            _ => $"Message '{row.Id.Cut()}' is {EnumNames.Of(state.State)} since {since}, with {state.Attempt} attempts spent.",
        };
    }
}
