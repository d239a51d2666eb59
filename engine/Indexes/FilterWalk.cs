namespace Timestone.Engine;

/// <summary>
/// Finds the best messages that match a filter by looking at one after another: what is done where no index has the filter's keys.
/// </summary>
/// <param name="messages">The queue's messages.</param>
/// <param name="signatures">Their signatures; null where there are none.</param>
/// <param name="filter">What messages must match.</param>
/// <param name="max">How many to find.</param>
/// <param name="limit">How many to look at before giving up.</param>
internal sealed class FilterWalk(MessageTable messages, Signatures? signatures, Metadata filter, int max, int limit)
{
    private readonly ulong _bits = Signatures.Of(filter);

    /// <summary>What was found, best first.</summary>
    public List<MessageRow> Found { get; } = [];

    /// <summary>How many were looked at.</summary>
    public int Looks { get; private set; }

    /// <summary>Whether it gave up: what it found is not all then.</summary>
    public bool IsCut { get; private set; }

    public bool IsFull => Found.Count == max;

    /// <summary>Looks at the next in the order of rank.</summary>
    /// <returns>Whether to go on.</returns>
    public bool Visit(int slot)
    {
        if (IsMatch(slot, out var row))
            Found.Add(row);
        return !IsFull && !IsCut;
    }

    /// <summary>Whether a message matches. Never, once the limit is reached.</summary>
    public bool IsMatch(int slot, out MessageRow row)
    {
        row = null!;
        if (Looks == limit)
        {
            IsCut = true;
            return false;
        }

        Looks++;
        if (signatures is not null && !signatures.MayHave(slot, _bits))
            return false;
        row = messages[slot];
        return row.Metadata.Matches(filter);
    }

    /// <summary>Whether one of a rank is among the best so far.</summary>
    public bool IsWanted(in Rank rank) => !IsFull || rank.Precedes(FilterIndex.RankOf(Found[^1]));

    /// <summary>
    /// Keeps a match if it is among the best so far; if its exclusivity value is locked, the lock's end tells who waits for the filter.
    /// </summary>
    public void Offer(MessageRow row)
    {
        if (row.Lock is { IsHeld: true } valueLock)
        {
            valueLock.Await(filter);
            return;
        }

        if (IsFull)
            Found.RemoveAt(max - 1);
        var at = Found.Count;
        while (at > 0 && FilterIndex.RankOf(row).Precedes(FilterIndex.RankOf(Found[at - 1])))
            at--;
        Found.Insert(at, row);
    }

    /// <summary>Forgets what was found, to begin anew elsewhere.</summary>
    public void Restart() => Found.Clear();
}
