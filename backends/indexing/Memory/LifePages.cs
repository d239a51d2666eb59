namespace Timestone.Indexing.Memory;

/// <summary>
/// Lives, each in a place that it keeps, in pages: to the garbage collector millions of them are a few thousand objects, which refer to
/// next to nothing, and one more is mostly none at all.
/// </summary>
internal sealed class LifePages
{
    /// <summary>No place.</summary>
    public const int None = -1;

    // A page stays below what the collector treats as a large object.
    private const int PageBits = 7;
    private const int PageSize = 1 << PageBits;

    private readonly List<LifePage?> _pages = [];

    // Numbers of pages with room; one that nothing is in is not there, and has room.
    private readonly Stack<int> _withRoom = [];

    /// <summary>How many pages there are.</summary>
    public int Count => _pages.Count;

    /// <summary>The life in a place; it does not move.</summary>
    public ref MessageLife this[int place] => ref _pages[place >> PageBits]!.Lives[place & (PageSize - 1)];

    /// <summary>Takes a place for a life that is to begin there.</summary>
    public int Add()
    {
        if (!_withRoom.TryPeek(out var number))
        {
            _withRoom.Push(number = _pages.Count);
            _pages.Add(null);
        }

        var page = _pages[number] ??= new LifePage();
        var slot = page.Take();
        if (page.Count == PageSize)
            _withRoom.Pop();
        return (number << PageBits) + slot;
    }

    /// <summary>Frees a place.</summary>
    public void Remove(int place)
    {
        var number = place >> PageBits;
        var page = _pages[number]!;
        if (page.Count == PageSize)
            _withRoom.Push(number);
        page.Free(place & (PageSize - 1));
        if (page.Count == 0)
            _pages[number] = null;
    }

    /// <summary>The first place of a page.</summary>
    public static int FirstOf(int page) => page << PageBits;

    /// <summary>Whether a message is in a place, and there.</summary>
    public bool IsHere(int place) => _pages[place >> PageBits] is not null && this[place].IsHere;

    /// <summary>A page's lives, and places where none is.</summary>
    public ReadOnlySpan<MessageLife> Page(int number) => _pages[number] is { } page ? page.Lives : [];

    private sealed class LifePage
    {
        // Those that were freed, linked by Older; behind the last one ever taken all are free.
        private int _free = None;
        private int _end;

        public MessageLife[] Lives { get; } = new MessageLife[PageSize];

        public int Count { get; private set; }

        public int Take()
        {
            Count++;
            if (_free == None)
                return _end++;
            var slot = _free;
            _free = Lives[slot].Older;
            return slot;
        }

        public void Free(int slot)
        {
            Count--;
            Lives[slot] = new MessageLife { Older = _free };
            _free = slot;
        }
    }
}
