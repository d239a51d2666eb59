using System.Globalization;

namespace Timestone.Tests.Support;

/// <summary>How <see cref="ReferenceTimestone"/> lists messages: all of them sorted, and a cursor that is the last one's place.</summary>
internal static class ReferencePages
{
    public static MessagePage Page(ReferenceQueue queue, MessageState? state, string? cursor, int limit)
    {
        var past = cursor is null ? default((MessageState, long, long)?) : Parse(cursor);
        var rest = queue.Messages
            .Where(message => state is null || message.State == state)
            .Where(message => past is null || Place(message).CompareTo(past.Value) > 0)
            .OrderBy(Place)
            .ToList();
        var page = rest.Take(limit).ToList();
        return new MessagePage(page.ConvertAll(queue.Describe), rest.Count > limit ? Format(Place(page[^1])) : null);
    }

    private static (MessageState State, long Key, long Sequence) Place(ReferenceMessage message) =>
        (message.State, message.Due?.ToUnixTimeMilliseconds() ?? message.Priority, message.Sequence);

    private static string Format((MessageState State, long Key, long Sequence) place) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)place.State}_{place.Key}_{place.Sequence}");

    private static (MessageState, long, long) Parse(string cursor)
    {
        var parts = cursor.Split('_');
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var state)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var key)
            && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var sequence)
            ? ((MessageState)state, key, sequence)
            : throw Validation.Invalid("cursor", "cursor must be a cursor from the page before.");
    }
}
