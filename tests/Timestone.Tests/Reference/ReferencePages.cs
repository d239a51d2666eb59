using System.Globalization;

namespace Timestone.Tests.Reference;

/// <summary>How <see cref="ReferenceTimestone"/> lists messages: all of them sorted, and a cursor that is the last one's place.</summary>
internal static class ReferencePages
{
    public static MessagePage Page(ReferenceQueue queue, MessageState? state, string? cursor, int limit)
    {
        var past = cursor is null ? default((MessageState, long, long)?) : Parse(cursor);
        var rest = queue.Listed(state).Where(message => past is null || message.Place.CompareTo(past.Value) > 0).ToList();
        var page = rest.Take(limit).ToList();
        return new MessagePage(page.ConvertAll(queue.Describe), rest.Count > limit ? Format(page[^1].Place) : null);
    }

    private static string Format((MessageState State, long Rank, long Sequence) place) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)place.State}_{place.Rank}_{place.Sequence}");

    private static (MessageState, long, long) Parse(string cursor)
    {
        var parts = cursor.Split('_');
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var state)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var rank)
            && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var sequence)
            ? ((MessageState)state, rank, sequence)
            : throw Validation.Invalid("cursor", "cursor must be a cursor from the page before.");
    }
}
