using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.QueryDsl;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Reads one page of documents in an order that no two share.</summary>
/// <param name="connection">Where.</param>
/// <param name="index">The alias to read.</param>
/// <param name="order">A name of the order, for its cursors.</param>
/// <param name="fields">What is sorted by, and whether each is a number or text.</param>
/// <param name="descending">Whether the order is turned round.</param>
internal sealed class SearchPageReader(
    ElasticsearchConnection connection,
    string index,
    string order,
    IReadOnlyList<(string Field, JsonValueKind Kind)> fields,
    bool descending
)
{
    /// <summary>Reads the page behind a cursor, and the cursor behind it.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none.</exception>
    /// <exception cref="IOException">Elasticsearch cannot answer.</exception>
    public async Task<(List<T> Items, string? Next)> ReadAsync<T>(
        Query query,
        string? cursor,
        int limit,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
    {
        // One more than asked for tells whether there is another page.
        var search = new SearchRequest(index)
        {
            Size = limit + 1,
            Query = query,
            Sort = [.. fields.Select(field => Queries.By(field.Field, descending))],
            SearchAfter = cursor is null ? null : [.. SearchCursor.Read(cursor, order, [.. fields.Select(static field => field.Kind)])],
        };
        var hits = (await connection.Requests.SearchAsync(search, cancellationToken).ConfigureAwait(false)).Hits;
        return (
            [.. hits.Take(limit).Select(hit => hit.Source.Deserialize(type)!)],
            hits.Count > limit ? SearchCursor.Write(order, hits.ElementAt(limit - 1).Sort!) : null
        );
    }
}
