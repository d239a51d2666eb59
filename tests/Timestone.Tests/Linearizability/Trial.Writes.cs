namespace Timestone.Tests.Linearizability;

/// <summary>What changes messages that the call names.</summary>
internal sealed partial class Trial
{
    private bool Enqueue(NewMessage given, MessageResult result, int item)
    {
        if (Validation.Problem(given) is not null)
            return result.Error?.Code == ErrorCode.InvalidArgument || Fails(new Obstacle("is malformed and was taken", given.Id!));
        var known = _model.Find(given.Id!);
        if (known is not null && !SameContent(known.Given, given))
            return result.Error?.Code == ErrorCode.MessageConflict || Fails(new Obstacle("exists with other content", known.Id, known));
        if (known is not null)
            return Stands(known, result, duplicate: true);
        if (_foresight.Settings.ExclusivityKey is { } key && !given.Metadata.ContainsKey(key))
            return result.Error?.Code == ErrorCode.MissingExclusivityKey || Fails(new Obstacle("lacks the exclusivity key", given.Id!));
        if (result.Error is { Code: ErrorCode.QueueFull })
            return _foresight.MayBeFull || Fails(new Obstacle("was refused although there was room", given.Id!));
        if (result.Error is not null || result.Duplicate == true)
            return Fails(new Obstacle("does not exist", given.Id!));
        if (result.State is not (MessageState.Pending or MessageState.Invisible) || Add(given, result.State.Value, item) is not { } added)
            return Fails(new Obstacle("cannot be so after its enqueue", given.Id!));
        return Shows(result, added, duplicate: false);
    }

    // An enqueue without an answer, of which some later answer shows that it took effect.
    private bool Renew(NewMessage given, int item)
    {
        if (_model.Find(given.Id!) is not null)
            return true;
        var hidden = given.VisibleAt is { } at
            ? at.ToUnixTimeMilliseconds() > _time.Low
            : (given.Invisible ?? _foresight.Settings.Invisible) > TimeSpan.Zero;
        return Add(given, hidden ? MessageState.Invisible : MessageState.Pending, item) is not null;
    }

    private Standing? Add(NewMessage given, MessageState state, int item)
    {
        // Another answer says that it does not exist.
        if (_model.IsToBeSeen(given.Id!, 0))
            return null;
        var wait = Foresight.Ms(given.Invisible ?? _foresight.Settings.Invisible);
        var due = given.VisibleAt is { } visible ? Interval.Exactly(visible.ToUnixTimeMilliseconds()) : _step.Time.Plus(wait);
        if (
            state == MessageState.Invisible
                ? given.VisibleAt is null
                    ? wait == 0
                    : !AtMost(due.High - 1)
                : given.VisibleAt is null
                    ? wait > 0
                    : !AtLeast(due.Low)
        )
            return null;
        var priority = given.Priority ?? given.Deadline?.ToUnixTimeMilliseconds();
        var added = new Standing
        {
            Given = given,
            Exclusivity = _foresight.Settings.ExclusivityKey is { } key ? given.Metadata[key] : null,
            Priority = priority is { } fixedPriority
                ? Interval.Exactly(fixedPriority)
                : _step.Time.Plus(Foresight.Ms(given.PriorityOffset ?? TimeSpan.Zero)),
            Sequence = _step.Span,
            Origin = (_step.Index, item),
            EnqueuedAt = _step.Time,
            UpdatedAt = _step.Time,
            State = state,
            Due = state == MessageState.Invisible ? due : default,
        };
        _model.Put(added);
        return added;
    }

    private static bool SameContent(NewMessage one, NewMessage other) =>
        one.Payload == other.Payload && one.Metadata.Equals(other.Metadata)
        && one.Priority == other.Priority && one.Deadline == other.Deadline && one.PriorityOffset == other.PriorityOffset
        && one.Invisible == other.Invisible && one.VisibleAt == other.VisibleAt && one.Lease == other.Lease;

    private bool Settle(Settlement item, MessageResult result, int index)
    {
        if (Check(Validation.Problem(item), item.Id, result) is { } checkedAlready)
            return checkedAlready;
        var message = _model.Find(item.Id)!;
        if (result.Error is { Code: ErrorCode.LeaseLost })
            return IsLost(message, item.LeaseToken, item.Action);
        if (result.Duplicate == true)
            return StandsAs(
                message,
                result,
                standing => standing.Ended.Contains((item.LeaseToken, item.Action)),
                "was not settled so before"
            );
        return Held(message, item.LeaseToken, result.Version - 1) is { } held
            && Move(held, _transitions.BySettlement(held, item, TimeAfter(held)), result);
    }

    private bool Extend(LeaseExtension item, MessageResult result, int index)
    {
        if (Check(Validation.Problem(item), item.Id, result) is { } checkedAlready)
            return checkedAlready;
        var message = _model.Find(item.Id)!;
        if (result.Error is { Code: ErrorCode.LeaseLost })
            return IsLost(message, item.LeaseToken, null);
        if (Held(message, item.LeaseToken, result.Version) is not { } held)
            return false;
        var length = item.Lease is { } lease ? Interval.Exactly(Foresight.Ms(lease)) : held.Lease!.Length;
        if (result.LeaseExpiresAt is not { } expires)
            return Fails(new Obstacle("has no end of its lease in the answer", item.Id, held));
        var due = expires.ToUnixTimeMilliseconds();
        if (!Narrow(new Interval(due - length.High, due - length.Low), held))
            return false;
        var extended = Transitions.ByExtension(held, item, TimeAfter(held)) with { Due = Interval.Exactly(due) };
        _model.Put(extended);
        return Shows(result, extended, duplicate: false);
    }

    private bool Cancel(Cancellation item, MessageResult result, int index)
    {
        if (Check(Validation.Problem(item), item.Id, result) is { } checkedAlready)
            return checkedAlready;
        var message = _model.Find(item.Id)!;
        if (result.Error is { Code: ErrorCode.IllegalTransition })
            return Is(
                message,
                static standing => standing.State is MessageState.Completed or MessageState.Errored,
                "is neither completed nor errored",
                lasts: true
            );
        if (result.Duplicate == true)
            return StandsAs(message, result, static standing => standing.State == MessageState.Canceled, "was not canceled");
        return
            Become(message, standing => !standing.IsTerminal && standing.Version == result.Version - 1, (result.Version ?? 0) - 1)
                is { } open
            ? Move(open, Transitions.ByCancellation(open, item, TimeAfter(open)), result)
            : Fails(new Obstacle($"cannot have been canceled as version {result.Version}", item.Id, message));
    }

    private bool Redrive(string id, MessageResult result)
    {
        if (Check(null, id, result) is { } checkedAlready)
            return checkedAlready;
        var message = _model.Find(id)!;
        if (result.Error is { Code: ErrorCode.IllegalTransition })
            return Is(
                message,
                static standing => standing.State is not (MessageState.Canceled or MessageState.Errored) && !standing.Redriven,
                "can be redriven"
            );
        if (result.Duplicate == true)
            return StandsAs(
                message,
                result,
                static standing => standing.Redriven && standing.State is not (MessageState.Canceled or MessageState.Errored),
                "was not redriven"
            );
        return
            Become(
                message,
                standing => standing.State is MessageState.Canceled or MessageState.Errored && standing.Version == result.Version - 1,
                (result.Version ?? 0) - 1
            )
                is { } ended
            ? Move(ended, Transitions.ByRedrive(ended, TimeAfter(ended)), result)
            : Fails(new Obstacle($"cannot have been redriven as version {result.Version}", id, message));
    }

    // When a step changed a message. Where that is not known to the millisecond, the place of the step in the order does not tell
    // it either: the order may be another one, which would show only when the message falls due.
    private Interval TimeAfter(Standing message) => _step.Time with { Low = Math.Max(_step.Time.Low, message.UpdatedAt.Low) };

    // What is the same for everything that names a message; null where it depends on how the message stands.
    private bool? Check(TimestoneError? problem, string id, MessageResult result)
    {
        if (problem is not null)
            return result.Error?.Code == ErrorCode.InvalidArgument || Fails(new Obstacle("is malformed and was taken", id));
        if (result.Error is { Code: ErrorCode.MessageNotFound })
            return IsMissing(id);
        if (_model.Find(id) is null)
            return Fails(new Obstacle("does not exist", id));
        return result.Error is null or { Code: ErrorCode.LeaseLost or ErrorCode.IllegalTransition }
            ? null
            : Fails(new Obstacle($"is not refused as {result.Error.Code}", id));
    }

    private Standing? Held(Standing message, string token, int? version)
    {
        if (Become(message, standing => standing.IsHeldBy(token) && standing.Version == version, version ?? 0) is { } held)
            return held;
        Fails(new Obstacle($"is not held by {token} as version {version}", message.Id, message));
        return null;
    }

    private bool IsLost(Standing message, string token, SettlementAction? action) => Is(
        message,
        standing => !standing.IsHeldBy(token) && (action is null || !standing.Ended.Contains((token, action.Value))),
        $"is held by {token}, or was settled so",
        lasts: true);

    private bool Is(Standing message, Predicate<Standing> goal, string otherwise, bool lasts = false) =>
        Become(message, goal, null, lasts) is not null || Fails(new Obstacle(otherwise, message.Id, message));

    private bool Move(Standing from, Standing to, MessageResult result)
    {
        if (Follow(from, to) is not { } next)
            return Fails(new Obstacle("cannot move on so as other answers show it", from.Id, from));
        _model.Put(next);
        return Shows(result, next, duplicate: false);
    }

    private bool Stands(Standing message, MessageResult result, bool duplicate) =>
        StandsAs(message, result, static _ => true, "stood otherwise");

    private bool StandsAs(Standing message, MessageResult result, Predicate<Standing> also, string otherwise)
    {
        if (result.Error is not null || result.Duplicate != true)
            return Fails(new Obstacle("exists, and the answer denies it", message.Id, message));
        return Become(
                message,
                standing => standing.Version == result.Version && standing.State == result.State && also(standing),
                result.Version!.Value
            )
                is not null
            || Fails(new Obstacle($"{otherwise}: it was answered as {result.State}, version {result.Version}", message.Id, message));
    }

    private bool Shows(MessageResult result, Standing message, bool duplicate) =>
        (
            result.Error is null
            && result.Duplicate == duplicate
            && result.State == message.State
            && result.Version == message.Version
            && result.Id == message.Id
        ) || Fails(new Obstacle($"was answered otherwise: {result.State}, version {result.Version}", message.Id, message));
}
