using System.Runtime.CompilerServices;

namespace Timestone.Indexing.Memory;

/// <summary>
/// Finds a place by id: a hash table with linear probing whose slots hold a place and its id's whole hash. So a look-up reads one line
/// of it, other ids are hardly ever looked at, and it grows by reading and writing nothing but itself, from front to back.
/// </summary>
internal sealed class IdTable(LifePages lives)
{
    private const int SmallestSize = 16;

    // The hash above, the place and one below: 0 is free. At least a third of them are.
    private ulong[] _slots = new ulong[SmallestSize];
    private int _count;

    public static int HashOf(string id) => id.GetHashCode(StringComparison.Ordinal);

    /// <summary>The place under an id, or <see cref="LifePages.None"/>.</summary>
    public int Find(ReadOnlySpan<byte> id, int hash) => PlaceIn(_slots[SlotOf(id, hash)]);

    /// <summary>
    /// Reads what finding these will read. In a table of millions each look-up misses the processor's cache; read side by side, the misses
    /// overlap instead of adding up.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong Touch(ReadOnlySpan<int> hashes)
    {
        var (all, mask) = (0UL, _slots.Length - 1);
        foreach (var hash in hashes)
            all |= _slots[hash & mask];
        foreach (var hash in hashes)
        {
            var slot = _slots[hash & mask];
            if (slot != 0 && HashIn(slot) == hash)
                all |= (uint)lives[PlaceIn(slot)].Version;
        }

        return all;
    }

    /// <summary>Puts a place under its life's id, instead of what was there.</summary>
    public void Put(int place)
    {
        ref var life = ref lives[place];
        ref var slot = ref _slots[SlotOf(life.Id.Utf8, life.Hash)];
        var isNew = slot == 0;
        slot = ((ulong)(uint)life.Hash << 32) | (uint)(place + 1);
        if (isNew && ++_count > _slots.Length / 3 * 2)
            Resize(2 * _slots.Length);
    }

    /// <summary>Removes what is under a life's id.</summary>
    public void Remove(in MessageLife life)
    {
        var mask = _slots.Length - 1;
        var gap = SlotOf(life.Id.Utf8, life.Hash);
        if (_slots[gap] == 0)
            return;

        // Whatever stands behind the gap and would be looked for in it, or before, moves into it.
        for (var next = (gap + 1) & mask; _slots[next] != 0; next = (next + 1) & mask)
        {
            if (((next - HashIn(_slots[next])) & mask) < ((next - gap) & mask))
                continue;
            _slots[gap] = _slots[next];
            gap = next;
        }

        _slots[gap] = 0;
        if (--_count < _slots.Length / 6 && _slots.Length > SmallestSize)
            Resize(_slots.Length / 2);
    }

    private static int PlaceIn(ulong slot) => (int)(uint)slot - 1;

    private static int HashIn(ulong slot) => (int)(slot >> 32);

    // Where an id stands, or would.
    private int SlotOf(ReadOnlySpan<byte> id, int hash)
    {
        var mask = _slots.Length - 1;
        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            var slot = _slots[i];
            if (slot == 0 || (HashIn(slot) == hash && lives[PlaceIn(slot)].Id.Utf8.SequenceEqual(id)))
                return i;
        }
    }

    private void Resize(int size)
    {
        var slots = new ulong[size];
        foreach (var slot in _slots)
        {
            if (slot == 0)
                continue;
            var i = HashIn(slot) & (size - 1);
            while (slots[i] != 0)
                i = (i + 1) & (size - 1);
            slots[i] = slot;
        }

        _slots = slots;
    }
}
