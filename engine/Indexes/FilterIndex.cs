namespace Timestone.Engine;

/// <summary>
/// A queue's messages grouped by their values of some metadata keys: it answers the best dequeueable message of a group
/// and the group's counts in O(log n), whatever the other groups hold. One index serves every filter on the same keys; a
/// message stands in it once, however many pairs it has. With no keys there is one group: the whole queue.
/// </summary>
/// <remarks>
/// In an exclusive queue a group's pending messages lie in lanes, one for each exclusivity value, and <c>_heads</c> holds
/// the best message of each lane. Invariant: the head of a lane that is not locked is in <c>_heads</c>. That of a locked
/// lane may be: whoever meets it there takes it out and parks the lane, and unlocking the lane brings it back. So a locked
/// lane costs each group one look-up for each time it is locked, not one for each dequeue.
/// </remarks>
internal sealed class FilterIndex
{
    private readonly MessageTable _messages;
    private readonly RankedSet<GroupRank, int> _pending = new();
    private readonly RankedSet<GroupRank, int>? _heads;
    private readonly Dictionary<Metadata, FilterGroup> _groups;
    private readonly string[] _keys;
    private long _lastGroupId;

    public FilterIndex(string[] keys, MessageTable messages, bool exclusive)
    {
        _keys = keys;
        _messages = messages;
        _groups = new Dictionary<Metadata, FilterGroup>(new KeyValuesComparer(keys));
        _heads = exclusive ? new() : null;
    }

    /// <summary>When a filter last used it, in the queue's count of such uses.</summary>
    public long LastUse { get; set; }

    public bool Serves(Metadata filter)
    {
        if (filter.Count != _keys.Length)
            return false;
        for (var i = 0; i < _keys.Length; i++)
        {
            if (filter.Pairs[i].Key != _keys[i])
                return false;
        }

        return true;
    }

    public void Add(MessageRow row)
    {
        if (!Covers(row.Metadata))
            return;
        if (!_groups.TryGetValue(row.Metadata, out var group))
            _groups.Add(row.Metadata, group = new FilterGroup(++_lastGroupId, row.Metadata));
        group.Count(row.State.State, +1);
        if (row.State.State == MessageState.Pending)
            AddPending(group, row);
    }

    public void Remove(MessageRow row)
    {
        if (!Covers(row.Metadata))
            return;
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
        if (!Covers(row.Metadata))
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
            if (row.Lane is not { Locked: true } lane)
                return row;
            _heads!.Remove(key);
            lane.Park(this, group);
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

    /// <summary>Puts the head of a lane that is unlocked now back, if the group still has messages in it.</summary>
    public void Readmit(FilterGroup group, Lane lane)
    {
        if (TryGetHead(group, lane, out var head, out var slot))
            _heads!.Add(HeadKey(group, head), slot);
    }

    private static Rank RankOf(MessageRow row) => new(row.Priority, row.Sequence);

    private static GroupRank HeadKey(FilterGroup group, in Rank rank) => new(group.Id, 0, rank);

    private static GroupRank KeyOf(FilterGroup group, MessageRow row) => new(group.Id, row.Lane?.Id ?? 0, RankOf(row));

    private bool Covers(Metadata metadata)
    {
        foreach (var key in _keys)
        {
            if (!metadata.ContainsKey(key))
                return false;
        }

        return true;
    }

    private void AddPending(FilterGroup group, MessageRow row)
    {
        var key = KeyOf(group, row);
        if (_heads is null)
        {
            _pending.Add(key, row.Slot);
            return;
        }

        var hasHead = TryGetHead(group, row.Lane!, out var head, out _);
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
            Readmit(group, row.Lane!);
    }

    // The key tells the rank: the message itself, which is far away in memory, is not looked at.
    private bool TryGetHead(FilterGroup group, Lane lane, out Rank rank, out int slot)
    {
        var found = _pending.TryGetAtLeast(GroupRank.First(group.Id, lane.Id), out var key, out slot);
        rank = key.Rank;
        return found && key.Group == group.Id && key.Lane == lane.Id;
    }
}
