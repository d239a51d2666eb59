using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Reads one page of documents in an order that no two share.</summary>
/// <param name="connection">Where.</param>
/// <param name="index">The alias to read.</param>
/// <param name="order">A name of the order, for its cursors.</param>
/// <param name="fields">What is sorted by, and whether each is a number or text.</param>
/// <param name="descending">Whether the order is turned round.</param>
internal sealed class SearchPageReader(ElasticsearchConnection connection, string index, string order, IReadOnlyList<(string Field, JsonValueKind Kind)> fields, bool descending)
{
    /// <summary>Reads the page behind a cursor, and the cursor behind it.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none.</exception>
    /// <exception cref="IOException">Elasticsearch cannot answer.</exception>
    public async Task<(List<T> Items, string? Next)> ReadAsync<T>(JsonObject query, string? cursor, int limit, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        // One more than asked for tells whether there is another page.
        var body = new JsonObject
        {
            ["size"] = limit + 1,
            ["query"] = query,
            ["sort"] = new JsonArray([.. fields.Select(field => Query.By(field.Field, descending))]),
            ["track_total_hits"] = false,
        };
        if (cursor is not null)
            body["search_after"] = SearchCursor.Read(cursor, order, [.. fields.Select(static field => field.Kind)]);
        var answer = await connection.AskAsync(ElasticsearchCall.Search(index, body), cancellationToken).ConfigureAwait(false);
        var items = new List<T>();
        var last = default(JsonElement);
        foreach (var hit in answer.GetProperty("hits").GetProperty("hits").EnumerateArray())
        {
            if (items.Count == limit)
                return (items, SearchCursor.Write(order, last));
            items.Add(hit.GetProperty("_source").Deserialize(type)!);
            last = hit.GetProperty("sort");
        }

        return (items, null);
    }
}
