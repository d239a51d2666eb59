using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Groups documents by the values of some fields, however many groups there are.</summary>
internal static class Buckets
{
    // Elasticsearch makes at most 65,536 at a time.
    private const int PerRequest = 1000;

    /// <summary>Reads the groups, a request for each thousand.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="index">The alias to read.</param>
    /// <param name="query">Which documents.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="figures">What to compute of each group besides its size; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        ElasticsearchConnection connection, string index, JsonObject query, IReadOnlyList<string> fields, JsonObject? figures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JsonNode? after = null;
        do
        {
            var composite = new JsonObject
            {
                ["size"] = PerRequest,
                ["sources"] = new JsonArray([.. fields.Select(static field => new JsonObject { [field] = new JsonObject { ["terms"] = new JsonObject { ["field"] = field } } })]),
            };
            if (after is not null)
                composite["after"] = after;
            var groups = new JsonObject { ["composite"] = composite };
            if (figures is not null)
                groups["aggregations"] = figures.DeepClone();
            var body = new JsonObject
            {
                ["size"] = 0,
                ["track_total_hits"] = false,
                ["query"] = query.DeepClone(),
                ["aggregations"] = new JsonObject { ["groups"] = groups },
            };
            var answer = await connection.AskAsync(ElasticsearchCall.Search(index, body), cancellationToken).ConfigureAwait(false);
            after = null;
            if (!answer.TryGetProperty("aggregations", out var found))
                yield break; // There is no historic index yet.
            foreach (var bucket in found.GetProperty("groups").GetProperty("buckets").EnumerateArray())
                yield return bucket;
            if (found.GetProperty("groups").TryGetProperty("after_key", out var key))
                after = JsonNode.Parse(key.GetRawText());
        }
        while (after is not null);
    }
}
