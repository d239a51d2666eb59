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
        while (answer.Count < request.Max && Best(request.Filter) is { } row)
        {
            LeaseOut(row, request);
            answer.Add(MessageView.Of(_queue, row, withToken: true));
        }

        return answer;
    }

    private MessageRow? Best(Metadata filter)
    {
        if (filter.Count > 0)
            return IndexFor(filter).Best(filter);
        if (_exclusive is not null)
            return _exclusive.Best(Metadata.Empty);
        return SetOf(MessageState.Pending).TryGetFirst(out _, out var row) ? row : null;
    }

    private void LeaseOut(MessageRow row, DequeueRequest request)
    {
        var duration = Ms(request.Lease) ?? row.Terms?.LeaseMs ?? (long)_queue.Settings.Lease.TotalMilliseconds;
        var next = row.State;
        next.State = MessageState.Running;
        next.Attempt++;
        next.DueAt = _now + duration;
        next.Lease = new Lease(LeaseToken.For(_queue, _epoch, row, next.Version + 1), duration, request.Worker, request.RequestId);
        Move(row, next, Cause.Dequeue);
        RememberRequest(row);
        _rates.Dequeued(_now, row.Terms?.Order == OrderSource.Deadline ? row.Priority : null);
    }

    // Finds the index that serves a filter's keys, or builds it from every message: what a first use costs, O(n log n).
    private FilterIndex IndexFor(Metadata filter)
    {
        var index = _filters.Find(candidate => candidate.Serves(filter));
        if (index is null)
        {
            index = new FilterIndex([.. filter.Keys], _exclusive is not null);
            foreach (var set in _byState)
                set.ForEach(index.Add);
            if (_filters.Count == MaxFilterIndexes)
                _filters.Remove(_filters.MinBy(static candidate => candidate.LastUse)!);
            _filters.Add(index);
        }

        index.LastUse = ++_filterUses;
        return index;
    }
}
