namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    /// <summary>
    /// Leases the best dequeueable messages that match, or answers those that the same request leased before and that are
    /// still running. Settlements that the request carries are another command's matter.
    /// </summary>
    public List<Message> Dequeue(DequeueRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = new List<Message>();
        if (request.RequestId is { } id && _requests.TryGetValue(id, out var taken))
        {
            foreach (var row in taken)
                answer.Add(MessageView.Of(_queue, row, withToken: true));
            return answer;
        }

        if (_queue.Settings.DequeueBlocked || _room == JournalRoom.SettleOnly)
            return answer;
        if (request.Max > 1)
            LookAhead(request);
        while (answer.Count < request.Max && Best(request.Filter) is { } row)
        {
            answer.Add(MessageView.Of(_queue, LeaseOut(row, request), withToken: true));
        }

        return answer;
    }

    // Fetches what will be leased, unless a lock or the end of a group comes between.
    private void LookAhead(DequeueRequest request)
    {
        var slots = request switch
        {
            { Filter.Count: > 0 } => IndexFor(request.Filter).SlotsOfBest(request.Filter, request.Max),
            _ when _exclusive is not null => _exclusive.SlotsOfBest(Metadata.Empty, request.Max),
            _ => SlotsFrom(MessageState.Pending, Rank.Least, request.Max),
        };
        _messages.Prefetch(slots);
    }

    private MessageRow? Best(Metadata filter)
    {
        if (filter.Count > 0)
            return IndexFor(filter).Best(filter);
        if (_exclusive is not null)
            return _exclusive.Best(Metadata.Empty);
        return SetOf(MessageState.Pending).TryGetFirst(out _, out var slot) ? _messages[slot] : null;
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
        Move(row, next, Cause.Dequeue);
        RememberRequest(row);
        _rates.Dequeued(_now, row.Terms?.Order == OrderSource.Deadline ? row.Priority : null);
        return row;
    }

    // Finds the index that serves a filter's keys, or builds it from every message: what a first use costs, O(n log n).
    private FilterIndex IndexFor(Metadata filter)
    {
        var index = _filters.Find(candidate => candidate.Serves(filter));
        if (index is null)
        {
            index = new FilterIndex([.. filter.Keys], _messages, _exclusive is not null);
            foreach (var set in _byState)
                set.ForEach(slot => index.Add(_messages[slot]));
            if (_filters.Count == MaxFilterIndexes)
                _filters.Remove(_filters.MinBy(static candidate => candidate.LastUse)!);
            _filters.Add(index);
        }

        index.LastUse = ++_filterUses;
        return index;
    }
}
