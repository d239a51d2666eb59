using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>What changes nothing.</summary>
internal sealed partial class Trial
{
    private bool IsMissing(string id) => _model.Find(id) is not { } message || Fails(new Obstacle("exists", id, message));

    private bool Get(string id, Message shown)
    {
        if (_model.Find(id) is not { } message)
            return Fails(new Obstacle("does not exist", id));
        if (
            Become(
                message,
                standing =>
                    standing.Version == shown.Version
                    && standing.State == shown.State
                    && Matches(shown, standing)
                    && IsDue(shown, standing),
                shown.Version
            )
            is not { } seen
        )
            return Fails(new Obstacle($"was answered as {shown.State}, version {shown.Version}, attempt {shown.Attempt}", id, message));
        return Learn(shown, seen);
    }

    // Everything of a message but the times, which are compared as they are learnt.
    private bool Matches(Message shown, Standing message) =>
        shown.Id == message.Id && shown.Version == message.Version && shown.State == message.State && shown.Attempt == message.Attempt
        && shown.AttemptsLeft == Math.Max(message.State <= MessageState.Pending ? 1 : 0, _foresight.Settings.MaxAttempts - message.Attempt)
        && shown.Metadata.Equals(message.Given.Metadata)
        && shown.Payload == message.Given.Payload
        && shown.Deadline == message.Given.Deadline
        && message.Priority.Contains(shown.Priority)
        && shown.Error == message.Error
        && shown.Result == message.Result
        && (shown.Progress == message.Progress || _foresight.MayHaveReported(message.Id, shown.Progress))
        && (message.Lease is { Token: null } || shown.Worker == message.Lease?.Worker);

    private static bool IsDue(Message shown, Standing message) => !message.IsTimed || !message.Due.And(DueOf(shown)).IsEmpty;

    private static Interval DueOf(Message shown) =>
        Exactly((shown.State == MessageState.Running ? shown.LeaseExpiresAt : shown.VisibleAt) ?? DateTimeOffset.MinValue);

    // The times of an answer hold for good: what was known as an interval is exact from now on.
    private bool Learn(Message shown, Standing message)
    {
        var enqueuedAt = Exactly(shown.EnqueuedAt).And(message.EnqueuedAt);
        var updatedAt = Exactly(shown.UpdatedAt).And(message.UpdatedAt);
        var due = message.IsTimed ? message.Due.And(DueOf(shown)) : message.Due;
        if (enqueuedAt.IsEmpty || updatedAt.IsEmpty || due.IsEmpty)
            return Fails(
                new Obstacle(
                    $"has other times: updated {Ms(shown.UpdatedAt)}, enqueued {Ms(shown.EnqueuedAt)}, due {Ms(shown.LeaseExpiresAt ?? shown.VisibleAt)}",
                    shown.Id,
                    message
                )
            );
        if ((enqueuedAt, updatedAt, due) != (message.EnqueuedAt, message.UpdatedAt, message.Due))
            _model.Put(
                message with
                {
                    EnqueuedAt = enqueuedAt,
                    UpdatedAt = updatedAt,
                    Due = due,
                    Priority = Interval.Exactly(shown.Priority),
                }
            );
        return !message.IsTimed || AtMost(due.High - 1, message);
    }

    // As many as there are, but for what the clock, calls at the same time and calls of unknown outcome may have changed.
    private bool Depth(DepthCommand depth, long answered)
    {
        var count = _model.CountOf(depth.Filter, depth.State);
        var leeway = _step.Leeway
            + _model.Timed.LongCount(message => message.Due.Low <= _time.High && message.Given.Metadata.Matches(depth.Filter));
        var added = 0L;
        if (_foresight.HasLost)
        {
            leeway += Math.Max(0, _foresight.LostLeases(_step.Span.High) - _model.LostLeases)
                + _foresight.NamedByLost.LongCount(id => _foresight.LostOf(id, _step.Span.High).Any(lost => !_model.IsUsed(lost)));
            added = _foresight.LostEnqueues(depth.Filter, _step.Span.High, id => _model.Find(id) is null);
        }

        return (answered >= count - leeway && answered <= count + leeway + added)
            || Fails(
                new Obstacle(
                    $"The depth was answered as {answered}, and is {count}{(leeway + added == 0 ? "" : $", give or take {leeway + added}")}"
                )
            );
    }

    private static Interval Exactly(DateTimeOffset time) => Interval.Exactly(time.ToUnixTimeMilliseconds());

    private static long? Ms(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
