namespace Timestone.Engine;

/// <summary>Rows as callers see them.</summary>
internal static class MessageView
{
    public static Message Of(QueueRow queue, MessageRow row, bool withToken)
    {
        ref readonly var state = ref row.State;
        return new Message
        {
            Queue = queue.Name,
            Id = row.Id,
            Life = withToken ? null : new LifeId(queue.CreatedAt, row.Sequence).ToString(),
            State = state.State,
            Payload = Payload.FromStored(row.PayloadKind, row.Payload),
            Metadata = row.Metadata,
            Priority = row.Priority,
            Deadline = row.Terms?.Order == OrderSource.Deadline ? Time(row.Priority) : null,
            Version = state.Version,
            Attempt = state.Attempt,
            AttemptsLeft = AttemptsLeft(queue, state),
            EnqueuedAt = Time(row.EnqueuedAt),
            UpdatedAt = Time(state.UpdatedAt),
            VisibleAt = state.State == MessageState.Invisible ? Time(state.DueAt) : null,
            LeaseToken = withToken ? LeaseToken.Format(state.Lease!.Token) : null,
            LeaseExpiresAt = state.State == MessageState.Running ? Time(state.DueAt) : null,
            Worker = state.Lease?.Worker,
            Error = state.Notes?.Error,
            Result = Json(state.Notes?.Result),
            Progress = Json(state.Notes?.Progress),
        };
    }

    public static MessageResult Result(MessageRow row, bool duplicate, OmittedText? omitted = null) => new()
    {
        Id = row.Id,
        State = row.State.State,
        Version = row.State.Version,
        Duplicate = duplicate,
        Omitted = omitted,
    };

    public static DateTimeOffset Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    // A lower limit takes no attempt from a message that already waits for one: it counts at the next failure or expiry.
    private static int AttemptsLeft(QueueRow queue, in RowState state) =>
        Math.Max(state.State is MessageState.Invisible or MessageState.Pending ? 1 : 0, queue.Settings.MaxAttempts - state.Attempt);

    private static Payload Json(byte[]? bytes) => bytes is null ? default : Payload.FromStored(PayloadKind.Json, bytes);
}
