using System.Globalization;
using System.Text;
using Timestone.Json;

namespace Timestone.Client.Http;

/// <summary>
/// The paths of the REST interface, relative to the server's address. Names and ids are checked before they are made
/// part of a path: "." and ".." would be resolved away and reach another route.
/// </summary>
internal static class Routes
{
    private const string Root = "v1/queues";

    public static string Queues(string? cursor, int limit) => Root + Query(("cursor", cursor), ("limit", limit.ToString()));

    public static string Queue(string queue)
    {
        Validation.CheckQueueName(queue);
        return $"{Root}/{Uri.EscapeDataString(queue)}";
    }

    public static string Stats(string queue) => Queue(queue) + "/stats";

    public static string Depth(string queue, MessageState? state, Metadata? filter) =>
        Queue(queue)
        + "/depth"
        + Query([("state", Name(state)), .. Filter(filter ?? Metadata.Empty)]);

    public static string Purge(string queue, PurgeScope scope) => Queue(queue) + "/purge" + Query(("state", Name<PurgeScope>(scope)));

    public static string RedriveAll(string queue) => Queue(queue) + "/redrive";

    public static string Messages(string queue) => Queue(queue) + "/messages";

    public static string Messages(string queue, MessageState? state, string? cursor, int limit) =>
        Messages(queue) + Query(("state", Name(state)), ("cursor", cursor), ("limit", limit.ToString()));

    public static string Message(string queue, string id)
    {
        Validation.CheckId(id);
        return $"{Messages(queue)}/{Uri.EscapeDataString(id)}";
    }

    public static string Redrive(string queue, string id) => Message(queue, id) + "/redrive";

    public static string Dequeue(string queue) => Queue(queue) + "/dequeue";

    public static string Extend(string queue) => Queue(queue) + "/extend";

    public static string WatchLeases(string queue) => Queue(queue) + "/leases/watch";

    public static string Cancel(string queue) => Queue(queue) + "/cancel";

    public static string Search(MessageSearch search) => "v1/search/messages" + Query(
    [
        ("queue", search.Queue),
        ("state", Name(search.State)),
        .. Filter(search.Filter),
        ("worker", search.Worker),
        ("error", search.Error),
        ("minPriority", Number(search.MinPriority)),
        ("maxPriority", Number(search.MaxPriority)),
        ("enqueuedFrom", Time(search.EnqueuedFrom)),
        ("enqueuedBefore", Time(search.EnqueuedBefore)),
        ("updatedFrom", Time(search.UpdatedFrom)),
        ("updatedBefore", Time(search.UpdatedBefore)),
        ("order", Name<SearchOrder>(search.Order)),
        ("descending", search.Descending ? "true" : null),
        ("limit", Number(search.Limit)),
        ("cursor", search.Cursor),
        .. After(search.After?.ToString(), search.Wait),
    ]);

    public static string History(string queue, string id, HistoryRequest request) => Message(queue, id) + "/history" + Query(
        [("limit", Number(request.Limit)), ("cursor", request.Cursor), .. After(Number(request.After), request.Wait)]);

    public static string SearchStats(StatsRequest request) =>
        "v1/search/stats" + Query([("queue", request.Queue), .. After(request.After?.ToString(), request.Wait)]);

    private static IEnumerable<(string Key, string? Value)> Filter(Metadata filter) =>
        filter.Select(static pair => ("filter", (string?)$"{pair.Key}:{pair.Value}"));

    private static (string Key, string? Value)[] After(string? after, TimeSpan wait) =>
        after is null ? [] : [("after", after), ("waitSeconds", wait.TotalSeconds.ToString(CultureInfo.InvariantCulture))];

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? time) => time is { } given ? Rfc3339.Format(given) : null;

    private static string? Name<T>(T? word)
        where T : struct, Enum => word is { } given ? EnumNames.Of(given) : null;

    private static string Query(params ReadOnlySpan<(string Key, string? Value)> pairs)
    {
        var query = new StringBuilder();
        foreach (var (key, value) in pairs)
        {
            if (value is not null)
                query.Append(query.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }
}
