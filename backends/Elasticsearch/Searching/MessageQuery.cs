using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>A search for messages, as a query.</summary>
internal static class MessageQuery
{
    public static JsonObject Of(MessageSearch search) => Query.All(Parts(search));

    private static IEnumerable<JsonObject> Parts(MessageSearch search)
    {
        if (search.Queue is { } queue)
            yield return Query.Is("queue", queue);
        if (search.State is { } state)
            yield return Query.Is("state", JsonSerializer.SerializeToNode(state, DocumentJson.Default.MessageState)!);
        foreach (var (key, value) in search.Metadata)
            yield return Query.Is("metadata", MetadataField.Of(key, value));
        if (search.Worker is { } worker)
            yield return Query.Is("worker", worker);
        if (search.Error is { } words)
            yield return Query.HasWords("error", words);
        if (search.MinPriority is not null || search.MaxPriority is not null)
            yield return Query.Between("priority", search.MinPriority, search.MaxPriority);
        if (search.EnqueuedFrom is not null || search.EnqueuedBefore is not null)
            yield return Query.Between("enqueuedAt", search.EnqueuedFrom, search.EnqueuedBefore);
        if (search.UpdatedFrom is not null || search.UpdatedBefore is not null)
            yield return Query.Between("updatedAt", search.UpdatedFrom, search.UpdatedBefore);
    }
}
