using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>
/// Tells how far the indices have come: asked before a search, so that the search includes what is told. A transition counts
/// as included when either index has it, as messages that have been removed leave the one and old transitions the other.
/// </summary>
internal sealed class FreshnessProbe(ElasticsearchConnection connection, Func<long?> newestCommitted, Func<bool> incomplete)
{
    public async Task<Freshness> AskAsync(CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["size"] = 0,
            ["track_total_hits"] = false,
            ["aggregations"] = new JsonObject { ["current"] = Newest("updatedAt"), ["historic"] = Newest("at") },
        };
        var committed = newestCommitted();
        var answer = await connection.AskAsync(ElasticsearchCall.Search($"{connection.Names.Current},{connection.Names.Historic}", body), cancellationToken).ConfigureAwait(false);
        var newest = answer.TryGetProperty("aggregations", out var found) ? Later(Read(found, "current"), Read(found, "historic")) : null;
        return new Freshness
        {
            NewestTransition = newest is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
            Lag = committed is { } target ? TimeSpan.FromMilliseconds(Math.Max(0, target - (newest ?? target))) : TimeSpan.Zero,
            Incomplete = incomplete(),
        };
    }

    private static JsonObject Newest(string field) => new() { ["max"] = new JsonObject { ["field"] = field } };

    private static long? Read(JsonElement found, string name) =>
        found.GetProperty(name).GetProperty("value") is { ValueKind: JsonValueKind.Number } value ? (long)value.GetDouble() : null;

    private static long? Later(long? one, long? other) => one is null || other > one ? other : one;
}
