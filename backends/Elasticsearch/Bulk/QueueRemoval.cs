namespace Timestone.Backends.Elasticsearch;

/// <summary>Removes all messages of a queue from an index of current messages.</summary>
internal static class QueueRemoval
{
    /// <summary>Deletes until nothing is left: a deletion by query sees only what has been refreshed, and takes a bounded number at a time.</summary>
    /// <exception cref="IOException">Not all is deleted.</exception>
    public static async Task RunAsync(ElasticsearchConnection connection, string index, RemovedQueue queue, CancellationToken cancellationToken)
    {
        await connection.AskAsync(ElasticsearchCall.Refresh(index), cancellationToken).ConfigureAwait(false);
        long found;
        do
        {
            var query = Query.All(Query.Is("queue", queue.Queue), Query.Is("lifeCreatedAt", queue.CreatedAt.ToUnixTimeMilliseconds()));
            var answer = await connection.AskAsync(ElasticsearchCall.DeleteByQuery(index, query), cancellationToken).ConfigureAwait(false);
            if (answer.GetProperty("failures").GetArrayLength() > 0 || answer.GetProperty("timed_out").GetBoolean())
                throw new IOException($"Elasticsearch did not delete all messages of the queue {queue.Queue}: {answer.GetRawText()}");
            found = answer.GetProperty("total").GetInt64();
        }
        while (found > 0);
    }
}
