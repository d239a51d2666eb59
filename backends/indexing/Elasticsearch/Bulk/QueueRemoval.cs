using Elastic.Clients.Elasticsearch;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Removes all messages of a queue from an index of current messages.</summary>
internal static class QueueRemoval
{
    /// <summary>
    /// Deletes until nothing is left: a deletion by query sees only what has been refreshed, and takes a bounded number at a time.
    /// </summary>
    /// <exception cref="IOException">Not all is deleted.</exception>
    public static async Task RunAsync(
        ElasticsearchConnection connection,
        string index,
        RemovedQueue queue,
        CancellationToken cancellationToken
    )
    {
        await connection.Requests.RefreshAsync(index, cancellationToken).ConfigureAwait(false);
        var query = Queries.All(Queries.Is("queue", queue.Queue), Queries.Is("lifeCreatedAt", queue.CreatedAt.ToUnixTimeMilliseconds()));
        while (true)
        {
            var answer = await connection.Requests.DeleteByQueryAsync(index, query, cancellationToken).ConfigureAwait(false);
            if (answer is not { Failures: null or { Count: 0 }, TimedOut: not true, Total: { } found })
                throw new IOException($"Elasticsearch did not delete all messages of the queue {queue.Queue}: {Why(answer)}");
            if (found == 0)
                return;
        }
    }

    private static string Why(DeleteByQueryResponse answer) =>
        answer.Failures?.FirstOrDefault() is { } failure ? $"{failure.Cause.Type}: {failure.Cause.Reason}"
        : answer.TimedOut == true ? "it took too long."
        : "the answer does not tell how many it found.";
}
