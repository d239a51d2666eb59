namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    /// <summary>
    /// Leases the best dequeueable messages that match, or answers those that the same request leased before and that are
    /// still running. Settlements that the request carries are another command's matter. Where it answers nothing,
    /// <see cref="WhyNone"/> says whether room was lacking.
    /// </summary>
    public List<Message> Dequeue(DequeueRequest request)
    {
        List<Message>? answer;
        while ((answer = TryDequeue(request)) is null)
            Build(int.MaxValue);
        return answer;
    }

    /// <summary>
    /// Dequeues as <see cref="Dequeue(DequeueRequest)"/> does, unless an index must be built before: then it leases nothing and answers
    /// null, and is to be asked again when <see cref="Build"/> has ended.
    /// </summary>
    public List<Message>? TryDequeue(DequeueRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (AnsweredAlready(request) is { } known)
            return known;
        var answer = new List<Message>();
        if (IsDequeueBlocked)
            return answer;
        var index = request.Filter.Count > 0 ? _filters.Use(request.Filter) : _exclusive;
        if (index is null && request.Filter.Count > 0)
        {
            if (_filters.Walk(request.Filter, request.Max) is not { } found)
                return null;
            foreach (var row in found)
            {
                if (TryLeaseOut(row, request) is not { } leased)
                    break;
                answer.Add(leased);
            }

            return answer;
        }

        if (request.Max > 1)
            _messages.Prefetch(index?.SlotsOfBest(request.Filter, request.Max) ?? SlotsFrom(MessageState.Pending, Rank.Least, request.Max));
        while (answer.Count < request.Max && Best(index, request.Filter) is { } row && TryLeaseOut(row, request) is { } leased)
            answer.Add(leased);
        return answer;
    }

    private bool IsDequeueBlocked => _queue.Settings.DequeueBlocked || LacksRoomToLease;

    // What the same request leased before and is still running; null when that is nothing.
    private List<Message>? AnsweredAlready(DequeueRequest request) =>
        request.RequestId is { } id && _requests.TryGetValue(id, out var taken)
            ? taken.ConvertAll(row => MessageView.Of(_queue, row, withToken: true))
            : null;

    // The best of an index, or of a simple queue without a filter.
    private MessageRow? Best(FilterIndex? index, Metadata filter)
    {
        if (index is not null)
            return index.Best(filter);
        return SetOf(MessageState.Pending).TryGetFirst(out _, out var slot) ? _messages[slot] : null;
    }

    // Null where the journal has no room for it.
    private Message? TryLeaseOut(MessageRow row, DequeueRequest request)
    {
        LacksRoomToLease = !HasRoomFor(
            RoomUse.Lease,
            row,
            row.State.Bytes + MostBytes(request.Worker, Metadata.Empty) + (request.RequestId?.Length ?? 0)
        );
        return LacksRoomToLease ? null : MessageView.Of(_queue, LeaseOut(row, request), withToken: true);
    }

    // A row that has been pending long is old to the garbage collector, and young objects stored into old ones all over memory
    // cost it microseconds each. So a leased message goes on in a young copy of its row.
    private MessageRow LeaseOut(MessageRow pending, DequeueRequest request)
    {
        var row = pending.Copy();
        _messages.Replace(row);
        var duration = Ms(request.Lease) ?? row.Terms?.LeaseMs ?? (long)_queue.Settings.Lease.TotalMilliseconds;
        var next = row.State;
        next.State = MessageState.Running;
        next.Attempt++;
        next.DueAt = In(duration);
        next.Lease = new Lease(LeaseToken.For(_queue, _epoch, row, next.Version + 1), duration, request.Worker, request.RequestId);
        Move(row, next, TransitionCause.Dequeue);
        RememberRequest(row);
        _rates.Dequeued(_now, row.Terms?.Order == OrderSource.Deadline ? row.Priority : null);
        return row;
    }
}
