using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>Leases: the best that match, and no others.</summary>
internal sealed partial class Trial
{
    // Messages of one priority that were enqueued at the same time are compared with so many others of it.
    private const int LargestTie = 64;

    private bool Dequeue(DequeueRequest request, IReadOnlyList<Message> answered)
    {
        if (answered.Count > request.Max)
            return Fails(new Obstacle($"It was answered {answered.Count} messages and asked for {request.Max}"));
        if (_foresight.IsRepeated(request.RequestId) && Repeat(request, answered) is { } repeated)
            return repeated;
        foreach (var message in answered)
        {
            if (!Lease(request, message))
                return false;
        }

        return answered.Count == request.Max || NothingComesBefore(request, null);
    }

    // The same request again answers what it leased before and is still running; null when nothing is.
    private bool? Repeat(DequeueRequest request, IReadOnlyList<Message> answered)
    {
        var again = 0;
        foreach (
            var held in _model
                .Timed.Where(message => message.State == MessageState.Running && message.Lease!.RequestId == request.RequestId)
                .ToList()
        )
        {
            if (answered.FirstOrDefault(message => message.Id == held.Id && message.LeaseToken == held.Lease!.Token) is not { } shown)
            {
                if (Become(held, standing => standing.Version > held.Version, null) is null)
                    return Fails(new Obstacle("is held by the same request, and was not answered", held.Id, held));
                continue;
            }

            if (!Get(held.Id, shown))
                return false;
            again++;
        }

        if (again == 0)
            return answered.Count > 0 && IsTakenByLost(request) ? answered.All(message => Adopt(request, message)) : null;
        return again == answered.Count || Fails(new Obstacle("The same request was answered other messages while its leases last"));
    }

    // Whether the same request took them when its outcome was unknown: both has to be tried.
    private bool IsTakenByLost(DequeueRequest request) =>
        _withLost && _foresight.IsLostRequest(request.RequestId!, _step.Span.High) && _choices.Pick(2) == 0;

    // What nobody was told of at first: the lease that a call of unknown outcome took.
    private bool Adopt(DequeueRequest request, Message answered)
    {
        if (
            _model.Find(answered.Id) is not { } message
            || Become(
                message,
                standing => standing is { State: MessageState.Running, Lease.Token: null } && standing.Version == answered.Version,
                answered.Version
            )
                is not { } held
        )
            return Fails(new Obstacle("was not leased by the same request before", answered.Id));
        _model.Put(
            held with
            {
                Lease = held.Lease! with { Token = answered.LeaseToken, Worker = answered.Worker, RequestId = request.RequestId },
            }
        );
        return Get(answered.Id, answered);
    }

    private bool Lease(DequeueRequest request, Message answered)
    {
        if (_model.Find(answered.Id) is not { } message)
            return Fails(new Obstacle("does not exist", answered.Id));
        if (!answered.Metadata.Matches(request.Filter))
            return Fails(new Obstacle("does not match the filter", answered.Id, message));
        if (!Narrow(Exactly(answered.UpdatedAt), message))
            return false;
        if (
            Become(
                message,
                standing => standing.State == MessageState.Pending && standing.Version == answered.Version - 1,
                answered.Version - 1
            )
            is not { } pending
        )
            return Fails(new Obstacle($"cannot have been leased as version {answered.Version}", answered.Id, message));
        if (
            _model.HolderOf(pending.Exclusivity) is { } holder
            && Become(holder, static standing => standing.State != MessageState.Running, null, lasts: true) is null
        )
            return Fails(
                new Obstacle($"holds the exclusivity value '{pending.Exclusivity}' of {answered.Id}", holder.Id, holder)
                {
                    IsTooEarly = true,
                }
            );
        if (!NothingComesBefore(request, pending))
            return false;

        // Looking for what comes before may have told more of its rank.
        pending = _model.Find(answered.Id)!;
        var length = Interval.Exactly(_transitions.LeaseLength(request, pending));
        if (
            answered.LeaseToken is not { Length: > 0 } token
            || pending.Ended.Exists(ended => ended.Token == token)
            || pending.Lease?.Token == token
        )
            return Fails(new Obstacle("was leased without a token of its own", answered.Id, pending));
        if (
            Follow(pending, Transitions.ByLease(pending, new Holding(token, length, request.Worker, request.RequestId), _time))
            is not { } leased
        )
            return Fails(new Obstacle("cannot be leased so as other answers show it", answered.Id, pending));
        _model.Put(leased);
        return Matches(answered, leased)
            ? Learn(answered, leased)
            : Fails(
                new Obstacle(
                    $"was leased with other content: attempt {answered.Attempt}, priority {answered.Priority}",
                    answered.Id,
                    leased
                )
            );
    }

    /// <summary>Whether a dequeue, in a simple queue, would have leased a pending message before what it was answered.</summary>
    public bool IsServedBefore(Standing message, Step step) =>
        step is { Command: DequeueCommand { Request: var request }, Answer: DequeueResult { Messages: var answered } }
        && !_foresight.IsRepeated(request.RequestId) && message.Given.Metadata.Matches(request.Filter)
        && answered.All(other => other.Id != message.Id)
        && (answered.Count < request.Max || answered.Any(other => message.Priority.High < other.Priority));

    // That no other message that could have been leased is better; null for the message means that there is none at all.
    private bool NothingComesBefore(DequeueRequest request, Standing? leased)
    {
        var better = new List<Standing>();
        var after = 0;
        foreach (var other in _model.Pending)
        {
            if (leased is not null && other.Priority.High > leased.Priority.High)
                break;
            if (other == leased || !other.Given.Metadata.Matches(request.Filter))
                continue;
            if (leased is not null && !IsBefore(other, leased))
            {
                if (other.Sequence.Low > leased.Sequence.High && ++after > LargestTie)
                    break;
                if (
                    other.Priority.IsExact
                    && other.Priority == leased.Priority
                    && !IsBefore(leased, other)
                    && !IsLocked(other)
                    && !MayBeGone(other)
                )
                    _model.Order(leased.Id, other.Id, _step);
                continue;
            }

            better.Add(other);
        }

        foreach (var other in better)
        {
            if (!IsPassedOver(other, leased))
                return false;
        }

        return NothingBecameReady(request, leased);
    }

    private bool IsPassedOver(Standing other, Standing? leased)
    {
        if (_model.HolderOf(other.Exclusivity) is { } holder && holder.Due.High > _time.Low)
        {
            // Or that lease had ended, and a call of unknown outcome took the next of its exclusivity value.
            var mayHaveEnded = _withLost && (holder.Due.Low <= _time.High || _foresight.MayBeLost(holder.Id));
            if (!mayHaveEnded || _choices.Pick(2) == 0)
                return AtMost(holder.Due.High - 1, holder);
            if (Become(holder, static standing => standing.State != MessageState.Running, null, lasts: true) is null)
                return Fails(new Obstacle($"holds the exclusivity value '{other.Exclusivity}'", holder.Id, holder));
        }

        if (!_withLost)
            return Fails(
                new Obstacle(leased is null ? "could have been leased" : $"comes before {leased.Id}", other.Id, other)
                {
                    IsTooEarly = true,
                    Overtaken = leased?.Id,
                }
            );

        // Somebody whose call has an unknown outcome took it, or called it off, or took another one of its exclusivity value.
        var suspects = other.Exclusivity is null
            ? [other]
            : _model
                .Pending.Concat(_model.Timed)
                .Concat(Redrivable())
                .Where(mate => mate.Exclusivity == other.Exclusivity)
                .Prepend(other)
                .Distinct()
                .ToList();
        var suspect = suspects[suspects.Count == 1 ? 0 : _choices.Pick(suspects.Count)];
        return Become(
                suspect,
                standing => suspect == other ? standing.State != MessageState.Pending : standing.State == MessageState.Running,
                null
            )
                is not null
            || Fails(
                new Obstacle(leased is null ? "could have been leased" : $"comes before {leased.Id}", other.Id, other)
                {
                    IsTooEarly = true,
                    Overtaken = leased?.Id,
                }
            );
    }

    private IEnumerable<Standing> Redrivable() =>
        _foresight
            .NamedByLost.Select(_model.Find)
            .OfType<Standing>()
            .Where(static message => message.State is MessageState.Canceled or MessageState.Errored);

    // What the clock would have made pending in time puts a bound to the time of the call.
    private bool NothingBecameReady(DequeueRequest request, Standing? leased)
    {
        if (_model.Timed.Count == 0 || _model.Timed.Min!.Due.High > _time.High)
            return true;
        foreach (var other in _model.Timed.TakeWhile(message => message.Due.High <= _time.High).ToList())
        {
            if ((_withLost ? MayBeGone(other) : _foresight.MayBeLost(other.Id)) || !other.Given.Metadata.Matches(request.Filter))
                continue;
            var ready = other;
            while (ready.IsTimed)
                ready = _transitions.ByClock(ready, long.MaxValue / 4);
            if (ready.State != MessageState.Pending || (leased is not null && !IsBefore(other, leased)))
                continue;
            if (_model.HolderOf(other.Exclusivity) is { } holder && holder.Id != other.Id && holder.Due.High > ready.UpdatedAt.High)
                continue;
            if (ready.UpdatedAt.High <= _time.High && !AtMost(ready.UpdatedAt.High - 1, other))
                return false;
        }

        return true;
    }

    // Whether a call of unknown outcome may have taken it, or called it off.
    private bool MayBeGone(Standing message) =>
        _foresight.MayBeLost(message.Id) || _foresight.LostDequeues(message.Given.Metadata, _step.Span.High).Count > 0;

    private bool IsLocked(Standing message) => _model.HolderOf(message.Exclusivity) is not null;

    // Whether one is certainly served before the other: by priority, then by enqueue.
    private bool IsBefore(Standing one, Standing other)
    {
        if (one.Priority.High < other.Priority.Low)
            return true;
        if (!one.Priority.IsExact || one.Priority != other.Priority)
            return false;
        return one.Origin.Step == other.Origin.Step
            ? one.Origin.Item < other.Origin.Item
            : one.Sequence.High < other.Sequence.Low || one.EnqueuedAt.High < other.EnqueuedAt.Low || _model.IsOrdered(one.Id, other.Id);
    }
}
