using System.Runtime.CompilerServices;

namespace Timestone.Journals;

/// <summary>
/// Values by message sequence. Sequences are given out in order, so neighbours share a page, and the last page used is
/// nearly always the next one: faster and smaller than a dictionary entry a message.
/// </summary>
internal sealed class SequenceTable<T>
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;

    private readonly Dictionary<long, Page> _pages = [];
    private Page? _last;

    /// <summary>How many sequences have a value.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a sequence, made as default where there was none.</summary>
    public ref T? Put(long sequence)
    {
        var page = PageOf(sequence) ?? AddPage(sequence >> PageBits);
        var slot = (int)(sequence & (PageSize - 1));
        if (page.Set(slot))
            Count++;
        return ref page.Values[slot];
    }

    /// <summary>The value of a sequence; a null reference (<see cref="Unsafe.IsNullRef{T}"/>) where there is none.</summary>
    public ref T? Find(long sequence)
    {
        var slot = (int)(sequence & (PageSize - 1));
        if (PageOf(sequence) is { } page && page.Has(slot))
            return ref page.Values[slot];
        return ref Unsafe.NullRef<T?>();
    }

    /// <summary>Removes a sequence; whether it had a value.</summary>
    public bool Remove(long sequence)
    {
        var slot = (int)(sequence & (PageSize - 1));
        if (PageOf(sequence) is not { } page || !page.Unset(slot))
            return false;
        page.Values[slot] = default;
        Count--;
        if (page.Count == 0)
        {
            _pages.Remove(page.Number);
            _last = null;
        }

        return true;
    }

    /// <summary>All values in the order of their sequences. The table must not change meanwhile.</summary>
    public IEnumerable<T> InOrder()
    {
        foreach (var page in _pages.Values.OrderBy(static page => page.Number))
        {
            for (var slot = 0; slot < PageSize; slot++)
            {
                if (page.Has(slot))
                    yield return page.Values[slot]!;
            }
        }
    }

    private Page? PageOf(long sequence)
    {
        var number = sequence >> PageBits;
        if (_last is { } last && last.Number == number)
            return last;
        return _pages.TryGetValue(number, out var page) ? _last = page : null;
    }

    private Page AddPage(long number) => _last = _pages[number] = new Page(number);

    private sealed class Page(long number)
    {
        private readonly ulong[] _present = new ulong[PageSize / 64];

        public long Number { get; } = number;

        public T?[] Values { get; } = new T?[PageSize];

        public int Count { get; private set; }

        public bool Has(int slot) => (_present[slot >> 6] & (1UL << slot)) != 0;

        public bool Set(int slot)
        {
            if (Has(slot))
                return false;
            _present[slot >> 6] |= 1UL << slot;
            Count++;
            return true;
        }

        public bool Unset(int slot)
        {
            if (!Has(slot))
                return false;
            _present[slot >> 6] &= ~(1UL << slot);
            Count--;
            return true;
        }
    }
}
