using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>What the queues hold, as a comparison asks for it.</summary>
internal sealed class JournalView(ITimestone timestone)
{
    /// <summary>The id of the store that the service has; null when it tells none.</summary>
    public async Task<string?> ServiceIdAsync(CancellationToken cancellationToken) =>
        (await timestone.ListQueuesAsync(limit: 1, cancellationToken: cancellationToken).ConfigureAwait(false)).ServiceId;

    /// <summary>The names of all queues, and those of them that cannot be read.</summary>
    public async Task<(HashSet<string> Queues, List<string> Unreadable)> QueuesAsync(CancellationToken cancellationToken)
    {
        var (queues, unreadable) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        string? after = null;
        do
        {
            var page = await timestone.ListQueuesAsync(after, Limits.MaxPage, cancellationToken).ConfigureAwait(false);
            queues.UnionWith(page.Queues.Select(static queue => queue.Name));
            unreadable.AddRange(page.Unreadable ?? []);
            after = page.Next;
        }
        while (after is not null);
        return (queues, unreadable);
    }

    /// <summary>A page of a queue's messages; an empty one where there is no such queue.</summary>
    public async Task<(IReadOnlyList<IndexedMessage> Messages, string? Next)> ListAsync(
        string queue,
        string? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var page = await timestone
                .ListMessagesAsync(queue, cursor: after, limit: limit, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return ([.. page.Messages.Select(IndexedOf)], page.Next);
        }
        catch (TimestoneException gone) when (gone.Code == ErrorCode.QueueNotFound)
        {
            return ([], null);
        }
    }

    /// <summary>A message that a service told, in the shape in which it is indexed.</summary>
    /// <exception cref="IOException">It does not tell of which life it is.</exception>
    public static IndexedMessage IndexedOf(Message message) =>
        LifeId.TryParse(message.Life, out _)
            ? IndexedMessage.Of(message)
            : throw new IOException(
                message.Life is { } life
                    ? $"The service tells '{life}' as the life of a message, which is none."
                    : "The service does not tell the lives of messages; it is older than this program."
            );

    /// <summary>The message that has an id now; null where none has.</summary>
    public async Task<IndexedMessage?> FindAsync(string queue, string id, CancellationToken cancellationToken)
    {
        try
        {
            return IndexedOf(await timestone.GetMessageAsync(queue, id, cancellationToken).ConfigureAwait(false));
        }
        catch (TimestoneException gone) when (gone.Code is ErrorCode.QueueNotFound or ErrorCode.MessageNotFound)
        {
            return null;
        }
    }

    /// <summary>How far the index is behind what the service has committed; null when that is not known.</summary>
    public async Task<TimeSpan?> LagAsync(string queue, CancellationToken cancellationToken)
    {
        var page = await timestone
            .SearchMessagesAsync(new MessageSearch { Queue = queue, Limit = 1 }, cancellationToken)
            .ConfigureAwait(false);
        return page.Freshness.Lag;
    }
}
