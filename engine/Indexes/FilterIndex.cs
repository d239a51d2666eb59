namespace Timestone.Engine;

/// <summary>
/// A queue's messages grouped by their values of some metadata keys: it answers the best dequeueable message of a group
/// and the group's counts in O(log n), whatever the other groups hold. One index serves every filter on the same keys; a
/// message stands in it once, however many pairs it has. With no keys there is one group: the whole queue.
/// </summary>
/// <remarks>
/// In an exclusive queue a group's pending messages lie by exclusivity value, and <c>_heads</c> holds
/// the best message of each value. Invariant: the head of a value that is not locked is in <c>_heads</c>. That of a locked
/// value may be: whoever meets it there takes it out and parks the value, and unlocking the value brings it back. So a locked
/// value costs each group one look-up for each time it is locked, not one for each dequeue.
/// </remarks>
internal sealed class FilterIndex
{
    // Beyond so many, going from value to value costs more than reading all of the group in one go.
    private const int MaxValuesByHead = 256;

    private readonly MessageTable _messages;
    private readonly RankedSet<GroupRank, int> _pending = new();
    private readonly RankedSet<GroupRank, int>? _heads;
    private readonly Dictionary<Metadata, FilterGroup> _groups;
    private long _lastGroupId;

    public FilterIndex(KeySet keys, MessageTable messages, bool exclusive)
    {
        Keys = keys;
        _messages = messages;
        _groups = new Dictionary<Metadata, FilterGroup>(keys);
        _heads = exclusive ? new() : null;
    }

    public KeySet Keys { get; }

    /// <summary>Whether it is of one key.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The bits that the signatures of all messages in it have.</summary>
    public ulong KeyBits { get; init; }

    /// <summary>Only messages of slots before this one stand in it: it is being built in the order of slots.</summary>
    public int BuiltTo { get; set; }

    public bool IsComplete => BuiltTo == int.MaxValue;

    /// <summary>How many messages stand in it.</summary>
    public long Total { get; private set; }

    /// <summary>How often filters used it, of late more than long ago.</summary>
    public int Uses { get; set; }

    public void Add(MessageRow row)
    {
        if (!Covers(row))
            return;
        Total++;
        if (!_groups.TryGetValue(row.Metadata, out var group))
            _groups.Add(row.Metadata, group = new FilterGroup(++_lastGroupId, row.Metadata));
        group.Count(row.State.State, +1);
        if (row.State.State == MessageState.Pending)
            AddPending(group, row);
    }

    public void Remove(MessageRow row)
    {
        if (!Covers(row))
            return;
        Total--;
        var group = _groups[row.Metadata];
        group.Count(row.State.State, -1);
        if (row.State.State == MessageState.Pending)
            RemovePending(group, row);
        if (group.Total == 0)
            _groups.Remove(group.Sample);
    }

    /// <summary>Tells that a row's state is another now.</summary>
    public void Move(MessageRow row, MessageState from)
    {
        if (!Covers(row))
            return;
        var group = _groups[row.Metadata];
        group.Count(from, -1);
        group.Count(row.State.State, +1);
        if (from == MessageState.Pending)
            RemovePending(group, row);
        if (row.State.State == MessageState.Pending)
            AddPending(group, row);
    }

    /// <summary>The best dequeueable message of those that equal the filter; null when there is none.</summary>
    public MessageRow? Best(Metadata filter)
    {
        if (!_groups.TryGetValue(filter, out var group))
            return null;
        while ((_heads ?? _pending).TryGetAtLeast(GroupRank.First(group.Id, 0), out var key, out var slot) && key.Group == group.Id)
        {
            var row = _messages[slot];
            if (row.Lock is not { IsHeld: true } valueLock)
                return row;
            _heads!.Remove(key);
            valueLock.Park(this, group);
        }

        return null;
    }

    /// <summary>The slots of what <see cref="Best"/> will look at next, and perhaps of more.</summary>
    public List<int> SlotsOfBest(Metadata filter, int limit)
    {
        var slots = new List<int>();
        if (_groups.TryGetValue(filter, out var group))
            (_heads ?? _pending).CopyFrom(GroupRank.First(group.Id, 0), limit, slots);
        return slots;
    }

    public long CountOf(Metadata filter, MessageState state) => _groups.TryGetValue(filter, out var group) ? group.CountOf(state) : 0;

    /// <summary>The best pending message of a value among those that equal the filter; null when there is none.</summary>
    public MessageRow? BestIn(ExclusivityLock valueLock, Metadata filter) =>
        _groups.TryGetValue(filter, out var group) && TryGetHead(group, valueLock, out _, out var slot) ? _messages[slot] : null;

    /// <summary>Walks over the pending messages of a value among those that equal the filter, in the order of rank.</summary>
    public void WalkValue(ExclusivityLock valueLock, Metadata filter, FilterWalk walk)
    {
        if (_groups.TryGetValue(filter, out var group))
            _pending.Visit(
                GroupRank.First(group.Id, valueLock.Id),
                (key, slot) => key.Group == group.Id && key.Lock == valueLock.Id && walk.Visit(slot)
            );
    }

    /// <summary>Walks over the pending messages that equal a part of the walk's filter.</summary>
    public void Walk(Metadata part, FilterWalk walk)
    {
        if (!_groups.TryGetValue(part, out var group))
            return;
        if (_heads is null)
            _pending.Visit(GroupRank.First(group.Id, 0), (key, slot) => key.Group == group.Id && walk.Visit(slot));
        else if (!TryWalkHeads(group, walk))
            WalkValues(group, walk);
    }

    /// <summary>Puts the head of a value that is unlocked now back, if the group still has messages in it.</summary>
    public void Readmit(FilterGroup group, ExclusivityLock valueLock)
    {
        if (TryGetHead(group, valueLock, out var head, out var slot))
            _heads!.Add(HeadKey(group, head), slot);
    }

    public static Rank RankOf(MessageRow row) => new(row.Priority, row.Sequence);

    private static GroupRank HeadKey(FilterGroup group, in Rank rank) => new(group.Id, 0, rank);

    private static GroupRank KeyOf(FilterGroup group, MessageRow row) => new(group.Id, row.Lock?.Id ?? 0, RankOf(row));

    // Values in the order of their heads: a value whose head ranks behind all that is wanted has nothing better, nor have those behind
    // it. False when that does not end soon, or found nothing: then values that were set aside must be looked at, too.
    private bool TryWalkHeads(FilterGroup group, FilterWalk walk)
    {
        var values = 0;
        _heads!.Visit(GroupRank.First(group.Id, 0), (head, slot) =>
        {
            if (head.Group != group.Id || !walk.IsWanted(head.Rank) || ++values > MaxValuesByHead)
                return false;
            var valueLock = _messages[slot].Lock!;
            var found = false;
            _pending.Visit(GroupRank.First(group.Id, valueLock.Id), (key, candidate) =>
            {
                if (key.Group != group.Id || key.Lock != valueLock.Id || !walk.IsWanted(key.Rank))
                    return false;
                found = walk.IsMatch(candidate, out var row);
                if (found)
                    walk.Offer(row);
                return !found && !walk.IsCut;
            });
            return !walk.IsCut;
        });
        return walk.IsCut || (values <= MaxValuesByHead && walk.Found.Count > 0);
    }

    // All messages of the group, value by value: of each value the best that matches is offered.
    private void WalkValues(FilterGroup group, FilterWalk walk)
    {
        walk.Restart();
        var done = 0L;
        _pending.Visit(GroupRank.First(group.Id, 0), (key, slot) =>
        {
            if (key.Group != group.Id)
                return false;
            if (key.Lock == done || !walk.IsWanted(key.Rank) || !walk.IsMatch(slot, out var row))
                return !walk.IsCut;
            walk.Offer(row);
            done = key.Lock;
            return true;
        });
    }

    private bool Covers(MessageRow row) => row.Slot < BuiltTo && Keys.IsIn(row.Metadata);

    private void AddPending(FilterGroup group, MessageRow row)
    {
        var key = KeyOf(group, row);
        if (_heads is null)
        {
            _pending.Add(key, row.Slot);
            return;
        }

        var hasHead = TryGetHead(group, row.Lock!, out var head, out _);
        _pending.Add(key, row.Slot);
        if (hasHead && head.Precedes(key.Rank))
            return;
        if (hasHead)
            _heads.Remove(HeadKey(group, head));
        _heads.Add(HeadKey(group, key.Rank), row.Slot);
    }

    private void RemovePending(FilterGroup group, MessageRow row)
    {
        _pending.Remove(KeyOf(group, row));
        if (_heads is not null && _heads.Remove(HeadKey(group, RankOf(row))))
            Readmit(group, row.Lock!);
    }

    // The key tells the rank: the message itself, which is far away in memory, is not looked at.
    private bool TryGetHead(FilterGroup group, ExclusivityLock valueLock, out Rank rank, out int slot)
    {
        var found = _pending.TryGetAtLeast(GroupRank.First(group.Id, valueLock.Id), out var key, out slot);
        rank = key.Rank;
        return found && key.Group == group.Id && key.Lock == valueLock.Id;
    }
}
