using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>One request: all that can be sent is made here.</summary>
/// <param name="Operation">What it asks for.</param>
/// <param name="Method">How.</param>
/// <param name="Path">Where, with its query, relative to an address.</param>
/// <param name="Body">The body; empty for none.</param>
internal sealed record ElasticsearchCall(ElasticsearchOperation Operation, HttpMethod Method, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>How many documents one deletion by query takes, so that it ends in the time of one request.</summary>
    public const int MaxDeleted = 10_000;

    public static ElasticsearchCall Info() => new(ElasticsearchOperation.Info, HttpMethod.Get, "", default);

    public static ElasticsearchCall PutTemplate(string name, JsonObject template) =>
        new(ElasticsearchOperation.PutTemplate, HttpMethod.Put, $"_index_template/{name}", Utf8(template));

    /// <summary>Adds what is new in mappings to indices that may not be there.</summary>
    public static ElasticsearchCall PutMapping(string index, JsonObject mappings) =>
        new(ElasticsearchOperation.PutMapping, HttpMethod.Put, $"{index}/_mapping?ignore_unavailable=true&allow_no_indices=true", Utf8(mappings));

    public static ElasticsearchCall CreateIndex(string index, string alias) =>
        new(ElasticsearchOperation.CreateIndex, HttpMethod.Put, index, Utf8(new JsonObject { ["aliases"] = new JsonObject { [alias] = new JsonObject() } }));

    public static ElasticsearchCall DeleteIndex(string index) =>
        new(ElasticsearchOperation.DeleteIndex, HttpMethod.Delete, $"{index}?ignore_unavailable=true", default);

    public static ElasticsearchCall GetAliases(string indices, string aliases) =>
        new(ElasticsearchOperation.GetAliases, HttpMethod.Get, $"{indices}/_alias/{aliases}", default);

    public static ElasticsearchCall UpdateAliases(JsonArray actions) =>
        new(ElasticsearchOperation.UpdateAliases, HttpMethod.Post, "_aliases", Utf8(new JsonObject { ["actions"] = actions }));

    public static ElasticsearchCall Bulk(ReadOnlyMemory<byte> lines) => new(ElasticsearchOperation.Bulk, HttpMethod.Post, "_bulk", lines);

    public static ElasticsearchCall Refresh(string index) => new(ElasticsearchOperation.Refresh, HttpMethod.Post, $"{index}/_refresh", default);

    /// <summary>Deletes some of what matches; what is written meanwhile is left for the next time.</summary>
    public static ElasticsearchCall DeleteByQuery(string index, JsonObject query) => new(
        ElasticsearchOperation.DeleteByQuery,
        HttpMethod.Post,
        $"{index}/_delete_by_query?conflicts=proceed&refresh=true",
        Utf8(new JsonObject { ["max_docs"] = MaxDeleted, ["query"] = query }));

    /// <summary>Searches; an answer of only some of the shards counts as none. There may be no historic index yet.</summary>
    public static ElasticsearchCall Search(string index, JsonObject body) =>
        new(ElasticsearchOperation.Search, HttpMethod.Post, $"{index}/_search?allow_partial_search_results=false&ignore_unavailable=true", Utf8(body));

    /// <summary>Asks for a document as it was written, whether searches find it already or not.</summary>
    public static ElasticsearchCall DocumentExists(string index, string id) =>
        new(ElasticsearchOperation.DocumentExists, HttpMethod.Head, $"{index}/_doc/{Uri.EscapeDataString(id)}", default);

    private static ReadOnlyMemory<byte> Utf8(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            node.WriteTo(writer);
        return buffer.ToArray();
    }
}
