namespace Timestone.Engine;

/// <summary>
/// What waiting dequeues need: they have found nothing, and are served of what becomes dequeueable afterwards without a look
/// at anything else.
/// </summary>
/// <remarks>
/// A message becomes dequeueable when it becomes pending, or when its exclusivity value is unlocked. Of an unlocked value every waiting
/// filter can have the best message that matches; so that not all filters are asked for it, its lock remembers those that came upon it
/// while it was locked. Where dequeueing was blocked, or there was no room to lease, everything pending becomes dequeueable when it no
/// longer is; it is told in the order of rank and in slices, and what becomes pending ahead of them is left to them.
/// </remarks>
public sealed partial class QueueEngine
{
    // Null while nobody waits: then nothing is gathered.
    private List<Ready>? _ready;

    // Where the next slice begins of what became dequeueable all at once; null when there is none.
    private Rank? _unblockedFrom;

    /// <summary>Whether there is more for <see cref="TellUnblocked"/> to tell.</summary>
    internal bool HasUnblocked => _unblockedFrom is not null && !IsDequeueBlocked;

    /// <summary>Has what becomes dequeueable from now on gathered in a list, which the caller empties; null for not at all.</summary>
    internal void Gather(List<Ready>? ready) => (_ready, _unblockedFrom) = (ready, ready is null ? null : _unblockedFrom);

    /// <summary>Gathers the next slice of what became dequeueable when dequeueing was no longer blocked.</summary>
    internal void TellUnblocked(int limit)
    {
        if (_unblockedFrom is not { } from || _ready is null)
            return;
        var rows = RowsFrom(MessageState.Pending, from, limit);
        foreach (var row in rows)
            _ready.Add(new Ready(row.Metadata, row, null));
        _unblockedFrom = rows.Count < limit ? null : RankIn(MessageState.Pending, rows[^1]).Next;
    }

    /// <summary>What a filter that was told of this can have of it; null when there is nothing.</summary>
    internal MessageRow? Candidate(in Ready ready, Metadata filter)
    {
        var row = ready.Row ?? _filters.BestIn(ready.Lock!, filter);
        return row is null || (ready.Row is null && IsUntold(row)) ? null : row;
    }

    /// <summary>
    /// Dequeues for a request that waits, of messages that match its filter: the best stand last, and what was looked at is
    /// removed. Nothing else that matches may be dequeueable.
    /// </summary>
    internal List<Message> Dequeue(DequeueRequest request, List<MessageRow> candidates)
    {
        if (AnsweredAlready(request) is { } known)
            return known;
        var answer = new List<Message>();
        if (IsDequeueBlocked)
            candidates.Clear();
        while (answer.Count < request.Max && candidates.Count > 0)
        {
            var row = candidates[^1];
            candidates.RemoveAt(candidates.Count - 1);
            var valueLock = row.Lock;
            if (valueLock is not { IsHeld: true } && _messages.AtOrDefault(row.Slot) == row && row.State.State == MessageState.Pending)
            {
                if (TryLeaseOut(row, request) is not { } leased)
                {
                    candidates.Clear();
                    break;
                }

                answer.Add(leased);
            }

            // Whether it was taken just now or by another: what else of the value matches can be had when the lock ends.
            if (valueLock is { IsHeld: true })
                valueLock.Await(request.Filter);
        }

        return answer;
    }

    private void TellReady(MessageRow row)
    {
        if (_ready is not null && !IsUntold(row))
            _ready.Add(new Ready(row.Metadata, row, null));
    }

    private void BecomeUnblocked()
    {
        if (_ready is not null)
            _unblockedFrom = Rank.Least;
    }

    private bool IsUntold(MessageRow row) => _unblockedFrom is { } from && !RankIn(MessageState.Pending, row).Precedes(from);
}
