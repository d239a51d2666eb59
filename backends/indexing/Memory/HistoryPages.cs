using System.Globalization;

namespace Timestone.Indexing.Memory;

/// <summary>A message's history by the page: life by life, each in the order of versions.</summary>
internal static class HistoryPages
{
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none.</exception>
    public static MessageHistory Page(
        List<(MessageLife Life, TransitionRecord Record)> transitions,
        HistoryRequest request,
        Freshness freshness,
        bool incomplete
    )
    {
        var after = request.Cursor is null ? default((long, long, int)?) : Parse(request.Cursor);
        transitions.Sort(static (a, b) => Place(a).CompareTo(Place(b)));
        var rest = transitions.SkipWhile(one => after is { } past && Place(one).CompareTo(past) <= 0).Take(request.Limit + 1).ToList();
        var page = rest.Take(request.Limit).Select(static one => one.Record.Describe(in one.Life)).ToList();
        return new MessageHistory(page, rest.Count > request.Limit ? Format(Place(rest[request.Limit - 1])) : null, freshness, incomplete);
    }

    private static (long CreatedAt, long Sequence, int Version) Place(in (MessageLife Life, TransitionRecord Record) one) =>
        (one.Life.QueueCreatedAt, one.Life.Sequence, one.Record.Version);

    private static string Format((long CreatedAt, long Sequence, int Version) place) =>
        CursorText.Write(string.Create(CultureInfo.InvariantCulture, $"{place.CreatedAt}/{place.Sequence}/{place.Version}"));

    private static (long, long, int) Parse(string cursor) =>
        CursorText.Read(cursor) is [var createdAt, var sequence, var version]
        && long.TryParse(createdAt, CultureInfo.InvariantCulture, out var created)
        && long.TryParse(sequence, CultureInfo.InvariantCulture, out var number)
        && int.TryParse(version, CultureInfo.InvariantCulture, out var last)
            ? (created, number, last)
            : throw CursorText.Refusal();
}
