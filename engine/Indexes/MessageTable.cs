using System.Numerics;

namespace Timestone.Engine;

/// <summary>
/// Messages by id: a hash table that grows and shrinks by one bucket at a time (linear hashing, Litwin 1980), so that no
/// operation ever waits for a table of millions to be copied. Chains run through the rows themselves.
/// </summary>
internal sealed class MessageTable
{
    private const int SmallestSize = 16;

    // Part 0 holds the first 16 buckets, part n the next 16 * 2^(n-1): a doubling adds a part and copies nothing.
    private readonly MessageRow?[]?[] _parts = new MessageRow[28][];

    // Buckets in use are [0, _base + _split); those below _split, and their images at _base and above, have been split.
    private int _base = SmallestSize;
    private int _split;

    public MessageTable() => _parts[0] = new MessageRow[SmallestSize];

    public int Count { get; private set; }

    public MessageRow? Find(string id)
    {
        var hash = HashOf(id);
        var row = Bucket(BucketOf(hash));
        while (row is not null && (row.IdHash != hash || row.Id != id))
            row = row.NextInBucket;
        return row;
    }

    /// <summary>Adds a row whose id is not in the table.</summary>
    public void Add(MessageRow row)
    {
        row.IdHash = HashOf(row.Id);
        Push(ref Bucket(BucketOf(row.IdHash)), row);
        if (++Count > _base + _split)
            SplitOne();
    }

    /// <summary>Removes a row that is in the table.</summary>
    public void Remove(MessageRow row)
    {
        ref var link = ref Bucket(BucketOf(row.IdHash));
        while (link != row)
            link = ref link!.NextInBucket;
        link = row.NextInBucket;
        row.NextInBucket = null;
        Count--;
        if (Count < (_base + _split) / 4 && _base + _split > SmallestSize)
            MergeOne();
    }

    private static int HashOf(string id) => id.GetHashCode(StringComparison.Ordinal);

    private static void Push(ref MessageRow? bucket, MessageRow row)
    {
        row.NextInBucket = bucket;
        bucket = row;
    }

    private int BucketOf(int hash)
    {
        var bucket = hash & (_base - 1);
        return bucket < _split ? hash & ((_base * 2) - 1) : bucket;
    }

    private ref MessageRow? Bucket(int index)
    {
        if (index < SmallestSize)
            return ref _parts[0]![index];
        var part = BitOperations.Log2((uint)index) - BitOperations.Log2(SmallestSize) + 1;
        return ref _parts[part]![index - (SmallestSize << (part - 1))];
    }

    private void SplitOne()
    {
        var image = _base + _split;
        if (_split == 0)
            _parts[BitOperations.Log2((uint)_base) - BitOperations.Log2(SmallestSize) + 1] ??= new MessageRow[_base];
        var row = Bucket(_split);
        Bucket(_split) = null;
        while (row is not null)
        {
            var next = row.NextInBucket;
            Push(ref Bucket((row.IdHash & _base) == 0 ? _split : image), row);
            row = next;
        }

        if (++_split == _base)
            (_base, _split) = (_base * 2, 0);
    }

    private void MergeOne()
    {
        if (_split == 0)
        {
            // The part above the last full one is kept until here, lest a table that hovers about a power of two allocate at every turn.
            _parts[BitOperations.Log2((uint)_base) - BitOperations.Log2(SmallestSize) + 1] = null;
            (_base, _split) = (_base / 2, _base / 2);
        }

        _split--;
        var row = Bucket(_base + _split);
        Bucket(_base + _split) = null;
        while (row is not null)
        {
            var next = row.NextInBucket;
            Push(ref Bucket(_split), row);
            row = next;
        }
    }
}
