namespace Timestone.Engine;

/// <summary>
/// Answers filters: from the index of their keys where there is one; else by looking at messages one after another, at a few or, beside
/// signatures, at many.
/// </summary>
/// <remarks>
/// <para>A filter whose keys have no index looks at a bounded number of messages first. When that does not decide, an index is
/// built, in slices, as long as there are fewer than <see cref="FilterLimits.Indexes"/>. From then on the answer takes no longer however
/// many messages do not match.</para>
/// <para>Further key sets share what is there. The signatures of all messages are gathered once, in slices; then such a
/// filter walks, in the order of rank, over the smallest group of an index whose keys are among its own, or over all pending
/// messages. A walk costs nanoseconds a message where building an index costs a microsecond. A long walk is charged to each index that
/// would have spared most of it, whichever filter walks: of one of the filter's keys by itself, of which there may be many, as a message
/// stands in no more of them than it has pairs; else of the keys of the group that was walked and one key more, in the place of the
/// least used index of several keys if that is used less than half as often. What has been charged as much as it would
/// cost (<see cref="FilterLimits.Rent"/>) is built.</para>
/// <para>So indexes grow with the number of pairs and not with their combinations, and no pattern of use builds indexes over and
/// over.</para>
/// </remarks>
internal sealed class FilterIndexes(MessageTable messages, RankedSet<Rank, int>[] byState, FilterIndex? exclusive, FilterLimits limits)
{
    private const int LooksForOneMessage = 16;
    private const int UsesUntilHalved = 4096;

    private readonly List<FilterIndex> _indexes = [];
    private readonly Dictionary<Metadata, Demand> _demands = new(KeySet.KeysComparer.Instance);

    // Null until there are more key sets than indexes. Those of the slots before _signedTo are there.
    private Signatures? _signatures;
    private int _signedTo;
    private int _uses;

    /// <summary>Whether there is something for <see cref="Build"/> to do.</summary>
    public bool IsBuilding => _signedTo is > 0 and < int.MaxValue || _indexes.Exists(static index => !index.IsComplete);

    /// <summary>How many indexes there are, those being built included.</summary>
    public int Count => _indexes.Count;

    /// <summary>How many were begun so far.</summary>
    public int Begun { get; private set; }

    public void Add(MessageRow row)
    {
        _signatures?.Set(row);
        foreach (var index in _indexes)
        {
            if (MayStandIn(index, row))
                index.Add(row);
        }
    }

    public void Move(MessageRow row, MessageState from)
    {
        foreach (var index in _indexes)
        {
            if (MayStandIn(index, row))
                index.Move(row, from);
        }
    }

    public void Remove(MessageRow row)
    {
        foreach (var index in _indexes)
        {
            if (MayStandIn(index, row))
                index.Remove(row);
        }
    }

    /// <summary>The index that serves a filter, if there is one, for a use of it.</summary>
    public FilterIndex? Use(Metadata filter)
    {
        if (Find(filter) is not { IsComplete: true } index)
            return null;
        index.Uses++;
        CountUse();
        return index;
    }

    /// <summary>
    /// The best dequeueable messages that match a filter without an index; null when an index or the signatures must be built
    /// before that can be told, which has begun.
    /// </summary>
    public List<MessageRow>? Walk(Metadata filter, int max)
    {
        var walk = new FilterWalk(messages, Signed, filter, max, Signed is null ? limits.Looks : int.MaxValue);
        if (Smallest(filter) is { } index)
        {
            index.Uses++;
            index.Walk(filter, walk);
        }
        else if (exclusive is not null)
            exclusive.Walk(filter, walk);
        else
            byState[(int)MessageState.Pending].Visit(Rank.Least, (_, slot) => walk.Visit(slot));
        Charge(filter, walk.Looks);
        if (!walk.IsCut)
            return walk.Found;
        Want(filter);
        return null;
    }

    /// <summary>The best pending message of a value that matches a filter.</summary>
    public MessageRow? BestIn(ExclusivityLock valueLock, Metadata filter)
    {
        if (filter.Count == 0)
            return exclusive!.BestIn(valueLock, filter);
        if (Find(filter) is { IsComplete: true } index)
            return index.BestIn(valueLock, filter);
        var walk = new FilterWalk(messages, Signed, filter, max: 1, int.MaxValue);
        exclusive!.WalkValue(valueLock, filter, walk);
        return walk.Found.Count > 0 ? walk.Found[0] : null;
    }

    /// <summary>How many messages of some states match a filter; null when that must wait as in <see cref="Walk"/>.</summary>
    public long? CountOf(Metadata filter, ReadOnlySpan<MessageState> states)
    {
        var count = 0L;
        if (Use(filter) is { } index)
        {
            foreach (var state in states)
                count += index.CountOf(filter, state);
            return count;
        }

        if (Signed is null && messages.Count > limits.Looks)
        {
            Want(filter);
            return null;
        }

        var walk = new FilterWalk(messages, Signed, filter, max: 0, int.MaxValue);
        foreach (var state in states)
            byState[(int)state].ForEach(slot => count += walk.IsMatch(slot, out _) ? 1 : 0);
        Charge(filter, walk.Looks);
        return count;
    }

    /// <summary>Goes on building, for as long as it takes to index so many messages once.</summary>
    public void Build(int messagesAtOnce)
    {
        var slots = messagesAtOnce * (long)LooksForOneMessage;
        var building = _indexes.FindAll(static index => !index.IsComplete);
        var signs = _signedTo is > 0 and < int.MaxValue;
        var slot = building.Select(static index => index.BuiltTo).Append(signs ? _signedTo : int.MaxValue).Min();
        for (; slots > 0 && slot <= messages.LastSlot; slots--, slot++)
        {
            var row = messages.AtOrDefault(slot);
            if (signs && slot == _signedTo)
            {
                _signedTo++;
                if (row is not null)
                    _signatures!.Set(row);
                slots -= LooksForOneMessage;
            }

            foreach (var index in building)
            {
                if (index.BuiltTo != slot)
                    continue;
                index.BuiltTo++;
                if (row is null || !MayStandIn(index, row))
                    continue;
                index.Add(row);
                slots -= LooksForOneMessage;
            }
        }

        if (signs && _signedTo > messages.LastSlot)
            _signedTo = int.MaxValue;
        foreach (var index in building.Where(index => index.BuiltTo > messages.LastSlot))
            index.BuiltTo = int.MaxValue;
    }

    /// <summary>Checks that every index holds what it should. O(n).</summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public void AssertInvariants()
    {
        foreach (var index in _indexes)
        {
            var total = 0;
            foreach (var set in byState)
                set.ForEach(slot => total += slot < index.BuiltTo && index.Keys.IsIn(messages[slot].Metadata) ? 1 : 0);
            if (total != index.Total)
                throw new InvalidOperationException($"An index holds {index.Total} messages of {total}.");
        }
    }

    private Signatures? Signed => _signedTo == int.MaxValue ? _signatures : null;

    private bool MayStandIn(FilterIndex index, MessageRow row) => Signed?.MayHave(row.Slot, index.KeyBits) != false;

    private FilterIndex? Find(Metadata filter)
    {
        foreach (var index in _indexes)
        {
            if (index.Keys.IsThatOf(filter))
                return index;
        }

        return null;
    }

    private FilterIndex? Smallest(Metadata filter)
    {
        FilterIndex? smallest = null;
        var least = long.MaxValue;
        foreach (var index in _indexes)
        {
            if (index.IsComplete && index.Keys.IsIn(filter) && index.CountOf(filter, MessageState.Pending) is var count && count < least)
                (smallest, least) = (index, count);
        }

        return smallest;
    }

    // Begins to build what can decide: the filter's index, or what serves those that have none.
    private void Want(Metadata filter)
    {
        if (Find(filter) is not null)
            return;
        if (_indexes.Count < limits.Indexes)
            Begin(filter);
        else if (_signatures is null)
            (_signatures, _signedTo) = (new Signatures(), 1);
    }

    private void Begin(Metadata filter)
    {
        Begun++;
        _indexes.Add(
            new FilterIndex(new KeySet(filter), messages, exclusive is not null)
            {
                BuiltTo = 1,
                KeyBits = Signatures.OfKeys(filter),
                IsSingle = filter.Count == 1,
            }
        );
    }

    // Charges a long walk to each index that would have spared most of it, and builds what has been paid for.
    private void Charge(Metadata filter, int looks)
    {
        CountUse();
        var cost = Signed is null ? (long)looks * LooksForOneMessage : looks;
        if (cost <= limits.Looks)
            return;
        foreach (var keys in Sparing(filter))
        {
            if (!_demands.TryGetValue(keys, out var demand))
                _demands.Add(keys, demand = new Demand());
            demand.Uses++;
            demand.Looks += cost;
            if (!IsBuilding && IsPaid(keys, demand) && MakeRoomFor(keys, demand.Uses))
                Begin(keys, demand);
        }
    }

    private bool IsPaid(Metadata keys, Demand demand)
    {
        if (demand.Looks < Math.Max(messages.Count, limits.Least))
            return false;
        demand.Size ??= SizeOf(keys);
        return demand.Looks >= (long)limits.Rent * Math.Max(demand.Size.Value, limits.Least);
    }

    private void Begin(Metadata keys, Demand demand)
    {
        BeginPaid(keys, demand);
        foreach (var (other, theirs) in _demands)
        {
            // What of single keys has nearly been paid for is built in the same pass over the messages. Sets of several keys were
            // charged with walks that will be short now.
            if (other.Count > 1)
                theirs.Looks = 0;
            else if (theirs.Looks >= messages.Count && Find(other) is null && MakeRoomFor(other, uses: 0))
                BeginPaid(other, theirs);
        }
    }

    private void BeginPaid(Metadata keys, Demand demand)
    {
        Begin(keys);
        _indexes[^1].Uses = demand.Uses;
        (demand.Looks, demand.Size) = (0, null);
    }

    // Of whose keys an index would spare most of a filter's walk: each of its keys by itself, while there is room for such indexes; else
    // the smallest index there is with one key more, which other filters can share.
    private IEnumerable<Metadata> Sparing(Metadata filter)
    {
        if (Find(filter) is not null)
            return [];
        if (filter.Count > 1 && CountOf(single: true) < limits.SingleKeys)
        {
            var singles = filter
                .Pairs.ToArray()
                .Select(static pair => Metadata.Of(pair.Key, pair.Value))
                .Where(single => Find(single) is null)
                .ToArray();
            if (singles.Length > 0)
                return singles;
        }

        return Smallest(filter) is not { } smallest
            ? [filter]
            : filter.Keys.Where(key => !smallest.Keys.Has(key))
                .Select(added => Metadata.From(filter.Where(pair => pair.Key == added || smallest.Keys.Has(pair.Key))));
    }

    private bool MakeRoomFor(Metadata filter, int uses)
    {
        var single = filter.Count == 1;
        if (_indexes.Count < limits.Indexes || CountOf(single) < (single ? limits.SingleKeys : limits.Indexes))
            return true;
        var victim = _indexes.Where(index => index.IsSingle == single).MinBy(static index => index.Uses);
        if (victim is null || uses <= 2 * victim.Uses)
            return false;
        return _indexes.Remove(victim);
    }

    private int CountOf(bool single) => _indexes.Count(index => index.IsSingle == single);

    // How many messages an index of a filter's keys would hold, or a few more.
    private long SizeOf(Metadata filter)
    {
        if (Signed is not { } signatures)
            return messages.Count;
        var bits = Signatures.OfKeys(filter);
        var size = 0L;
        for (var slot = 1; slot <= messages.LastSlot; slot++)
            size += messages.AtOrDefault(slot) is not null && signatures.MayHave(slot, bits) ? 1 : 0;
        return size;
    }

    private void CountUse()
    {
        if (++_uses % UsesUntilHalved != 0)
            return;
        foreach (var index in _indexes)
            index.Uses /= 2;
        foreach (var (filter, demand) in _demands)
        {
            (demand.Uses, demand.Size) = (demand.Uses / 2, null);
            if (demand.Uses == 0)
                _demands.Remove(filter);
        }
    }

    private sealed class Demand
    {
        public int Uses { get; set; }

        public long Looks { get; set; }

        // How many messages an index would hold, once that matters.
        public long? Size { get; set; }
    }
}
