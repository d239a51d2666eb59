using Elastic.Clients.Elasticsearch.QueryDsl;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A search for messages, as a query.</summary>
internal static class MessageQuery
{
    public static Query Of(MessageSearch search) => Queries.All(Parts(search));

    private static IEnumerable<Query> Parts(MessageSearch search)
    {
        if (search.Queue is { } queue)
            yield return Queries.Is("queue", queue);
        if (search.State is { } state)
            yield return Queries.Is("state", EnumNames.Of(state));
        foreach (var (key, value) in search.Filter)
            yield return Queries.Is("metadata", MetadataKeywords.Of(key, value));
        if (search.Worker is { } worker)
            yield return Queries.Is("worker", worker);
        if (search.Error is { } words)
            yield return Queries.HasWords("error", words);
        if (search.MinPriority is not null || search.MaxPriority is not null)
            yield return Queries.Between("priority", search.MinPriority, search.MaxPriority);
        if (search.EnqueuedFrom is not null || search.EnqueuedBefore is not null)
            yield return Queries.Between("enqueuedAt", search.EnqueuedFrom, search.EnqueuedBefore);
        if (search.UpdatedFrom is not null || search.UpdatedBefore is not null)
            yield return Queries.Between("updatedAt", search.UpdatedFrom, search.UpdatedBefore);
    }
}
