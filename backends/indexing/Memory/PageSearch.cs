namespace Timestone.Indexing.Memory;

/// <summary>
/// One search on its way: takes what it is offered, in whatever order, and keeps the best of what matches, a page and one more.
/// A message is described when it is kept, so that the page shows it as it was when the search came by.
/// </summary>
internal sealed class PageSearch
{
    private readonly MessageSearch _search;
    private readonly MessageMatcher _matcher;
    private readonly SearchPlace? _after;
    private readonly List<(SearchPlace Place, IndexedMessage Message)> _found = [];
    private readonly Comparison<(SearchPlace Place, IndexedMessage Message)> _order;
    private SearchPlace? _worst;

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none.</exception>
    public PageSearch(MessageSearch search)
    {
        _search = search;
        _matcher = new MessageMatcher(search);
        _after = search.Cursor is null ? null : SearchPlace.FromCursor(search.Cursor);
        _order = (a, b) => Compare(a.Place, b.Place);
    }

    public void Offer(string queue, in MessageLife life)
    {
        if (!_matcher.Matches(in life))
            return;
        var value = ValueOf(in life);
        if (_worst is { } worst && (_search.Descending ? value < worst.Value : value > worst.Value))
            return;
        var place = new SearchPlace(value, queue, life.Id.ToString(), life.Name);
        if ((_after is { } after && Compare(place, after) <= 0) || (_worst is { } last && Compare(place, last) >= 0))
            return;
        _found.Add((place, life.Describe(queue)));
        if (_found.Count >= 2 * (_search.Limit + 1))
            Cut();
    }

    /// <summary>The page.</summary>
    public SearchPage Finish(Freshness freshness)
    {
        Cut();
        var messages = _found.Take(_search.Limit).Select(static found => found.Message).ToList();
        return new SearchPage(messages, _found.Count > _search.Limit ? _found[_search.Limit - 1].Place.ToCursor() : null, freshness);
    }

    private long ValueOf(in MessageLife life) => _search.Order switch
    {
        SearchOrder.Enqueued => life.EnqueuedAt,
        SearchOrder.Updated => life.UpdatedAt,
        _ => life.Priority,
    };

    private int Compare(SearchPlace a, SearchPlace b) => _search.Descending ? b.CompareTo(a) : a.CompareTo(b);

    // Sorting twice as many as are needed once in a while costs less than keeping them sorted.
    private void Cut()
    {
        _found.Sort(_order);
        if (_found.Count <= _search.Limit)
            return;
        _found.RemoveRange(_search.Limit + 1, _found.Count - _search.Limit - 1);
        _worst = _found[^1].Place;
    }
}
