using System.Globalization;

namespace Timestone.Indexing.Memory;

/// <summary>
/// Where a found message stands among all: what a search sorts by, then queue, id and life. A cursor is the last one's place.
/// </summary>
internal readonly record struct SearchPlace(long Value, string Queue, string Id, string Life) : IComparable<SearchPlace>
{
    public int CompareTo(SearchPlace other)
    {
        var order = Value.CompareTo(other.Value);
        if (order == 0)
            order = string.CompareOrdinal(Queue, other.Queue);
        if (order == 0)
            order = string.CompareOrdinal(Id, other.Id);
        return order == 0 ? string.CompareOrdinal(Life, other.Life) : order;
    }

    public string ToCursor() =>
        CursorText.Write(string.Create(CultureInfo.InvariantCulture, $"{Value}/{Queue}/{Id}/{Life}"));

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is none.</exception>
    public static SearchPlace FromCursor(string cursor)
    {
        if (
            CursorText.Read(cursor) is [var value, var queue, var id, var life]
            && long.TryParse(value, CultureInfo.InvariantCulture, out var number)
        )
            return new SearchPlace(number, queue, id, life);
        throw CursorText.Refusal();
    }
}
