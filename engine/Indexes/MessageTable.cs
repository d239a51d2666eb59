namespace Timestone.Engine;

/// <summary>
/// Messages by id and by slot, a small number that a message keeps while it is here. By id it is a hash table that grows and
/// shrinks by one bucket at a time (linear hashing, Litwin 1980), so that no operation ever waits for a table of millions to
/// be copied.
/// </summary>
/// <remarks>
/// Whatever else refers to messages does so by slot: so the only references from old memory to new messages lie here, side by
/// side in a few large arrays. Scattered over a million rows and tree nodes they cost the garbage collector
/// microseconds each.
/// </remarks>
internal sealed class MessageTable
{
    private const int BytesOfRow = 150;

    // Slots are counted from 1: 0 ends a chain.
    private readonly GrowingArray<Entry> _entries = new();
    private readonly GrowingArray<int> _buckets = new();

    // Buckets in use are [0, _base + _split); those below _split, and their images at _base and above, have been split.
    private int _base = GrowingArray<int>.SmallestLength;
    private int _split;
    private int _lastSlot;
    private int _freeSlots;

    public int Count { get; private set; }

    /// <summary>The highest slot that has been in use.</summary>
    public int LastSlot => _lastSlot;

    /// <summary>The message of a slot.</summary>
    public MessageRow this[int slot] => _entries[slot].Row!;

    /// <summary>The message of a slot up to <see cref="LastSlot"/>; null when the slot is free.</summary>
    public MessageRow? AtOrDefault(int slot) => _entries[slot].Row;

    public static int HashOf(string id) => id.GetHashCode(StringComparison.Ordinal);

    public MessageRow? Find(string id) => Find(id, HashOf(id));

    /// <summary>The row of an id whose hash is known.</summary>
    public MessageRow? Find(string id, int hash)
    {
        for (var slot = _buckets[BucketOf(hash)]; slot != 0;)
        {
            ref var entry = ref _entries[slot];
            if (entry.Hash == hash && entry.Row!.Id == id)
                return entry.Row;
            slot = entry.Next;
        }

        return null;
    }

    /// <summary>
    /// Fetches what finding these will read into the cache. In a table of millions every look-up misses it three times; asked
    /// for together, the misses of a batch overlap instead of adding up.
    /// </summary>
    public void Prefetch(ReadOnlySpan<int> hashes)
    {
        foreach (var hash in hashes)
            Cache.Prefetch(ref _buckets[BucketOf(hash)]);
        foreach (var hash in hashes)
            Cache.Prefetch(ref _entries[_buckets[BucketOf(hash)]]);
        foreach (var hash in hashes)
        {
            ref var entry = ref _entries[_buckets[BucketOf(hash)]];
            if (entry.Hash == hash)
                Cache.Prefetch(entry.Row, BytesOfRow);
        }
    }

    /// <summary>Fetches these messages, and what finding or removing them will read.</summary>
    public void Prefetch(List<int> slots)
    {
        foreach (var slot in slots)
            Cache.Prefetch(ref _entries[slot]);
        foreach (var slot in slots)
        {
            ref var entry = ref _entries[slot];
            Cache.Prefetch(entry.Row, BytesOfRow);
            Cache.Prefetch(ref _buckets[BucketOf(entry.Hash)]);
        }
    }

    /// <summary>Adds a row whose id is not in the table, and gives it its slot.</summary>
    public void Add(MessageRow row, int hash)
    {
        var slot = row.Slot = TakeSlot();
        ref var entry = ref _entries[slot];
        (entry.Row, entry.Hash) = (row, hash);
        Push(slot, ref entry, BucketOf(hash));
        if (++Count > _base + _split)
            SplitOne();
    }

    /// <summary>Puts another row in the place of one that has the same slot and id.</summary>
    public void Replace(MessageRow row) => _entries[row.Slot].Row = row;

    /// <summary>Removes a row that is in the table.</summary>
    public void Remove(MessageRow row)
    {
        ref var entry = ref _entries[row.Slot];
        ref var link = ref _buckets[BucketOf(entry.Hash)];
        while (link != row.Slot)
            link = ref _entries[link].Next;
        link = entry.Next;
        (entry.Row, entry.Next, _freeSlots) = (null, _freeSlots, row.Slot);
        Count--;
        if (Count < (_base + _split) / 4 && _base + _split > GrowingArray<int>.SmallestLength)
            MergeOne();
    }

    private int TakeSlot()
    {
        if (_freeSlots != 0)
        {
            var slot = _freeSlots;
            _freeSlots = _entries[slot].Next;
            return slot;
        }

        if (++_lastSlot == _entries.Length)
            _entries.Double();
        return _lastSlot;
    }

    private void Push(int slot, ref Entry entry, int bucket)
    {
        ref var head = ref _buckets[bucket];
        (entry.Next, head) = (head, slot);
    }

    private int BucketOf(int hash)
    {
        var bucket = hash & (_base - 1);
        return bucket < _split ? hash & ((_base * 2) - 1) : bucket;
    }

    private void SplitOne()
    {
        if (_base + _split == _buckets.Length)
            _buckets.Double();
        var image = _base + _split;
        var slot = _buckets[_split];
        _buckets[_split] = 0;
        while (slot != 0)
        {
            ref var entry = ref _entries[slot];
            var next = entry.Next;
            Push(slot, ref entry, (entry.Hash & _base) == 0 ? _split : image);
            slot = next;
        }

        if (++_split == _base)
            (_base, _split) = (_base * 2, 0);
    }

    private void MergeOne()
    {
        if (_split == 0)
        {
            // The part above the last full one is kept until here, lest a table that hovers about a power of two allocate at every turn.
            if (_buckets.Length > _base)
                _buckets.Halve();
            (_base, _split) = (_base / 2, _base / 2);
        }

        _split--;
        var slot = _buckets[_base + _split];
        _buckets[_base + _split] = 0;
        while (slot != 0)
        {
            ref var entry = ref _entries[slot];
            var next = entry.Next;
            Push(slot, ref entry, _split);
            slot = next;
        }
    }

    private struct Entry
    {
        public MessageRow? Row;
        public int Hash;

        // The slot after this one in its bucket, or among those that are free.
        public int Next;
    }
}
