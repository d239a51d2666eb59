using System.Globalization;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>The queries that are used, in the long form that the description of the interface has.</summary>
internal static class Query
{
    /// <summary>All of some queries, none of which is scored.</summary>
    public static JsonObject All(params IEnumerable<JsonObject> queries) =>
        Of("bool", new JsonObject { ["filter"] = new JsonArray([.. queries]) });

    /// <summary>A field has exactly this value, or one of its values is.</summary>
    public static JsonObject Is(string field, JsonNode value) => Of("term", field, new JsonObject { ["value"] = value });

    /// <summary>A text has all of the words.</summary>
    public static JsonObject HasWords(string field, string words) => Of("match", field, new JsonObject { ["query"] = words, ["operator"] = "and" });

    /// <summary>A number is within bounds, both included.</summary>
    public static JsonObject Between(string field, long? least, long? most)
    {
        var range = new JsonObject();
        if (least is not null)
            range["gte"] = least;
        if (most is not null)
            range["lte"] = most;
        return Of("range", field, range);
    }

    /// <summary>A time is within bounds, the first included.</summary>
    public static JsonObject Between(string field, DateTimeOffset? from, DateTimeOffset? before)
    {
        var range = new JsonObject();
        if (from is not null)
            range["gte"] = Time(from.Value);
        if (before is not null)
            range["lt"] = Time(before.Value);
        return Of("range", field, range);
    }

    /// <summary>The order of a sort.</summary>
    public static JsonObject By(string field, bool descending) => new() { [field] = new JsonObject { ["order"] = descending ? "desc" : "asc" } };

    private static JsonObject Of(string kind, string field, JsonObject what) => Of(kind, new JsonObject { [field] = what });

    private static JsonObject Of(string kind, JsonObject what) => new() { [kind] = what };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
