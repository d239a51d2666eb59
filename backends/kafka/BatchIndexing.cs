using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Resilience;

namespace Timestone.Kafka;

/// <summary>Indexes batches, and puts aside what cannot be: tries until it succeeds.</summary>
internal sealed class BatchIndexing(IIndexWriter index, DeadLetters deadLetters, ILogger logger, TimeProvider time)
{
    private readonly EndlessRetry _retry = new("The indexer", logger, time);

    /// <summary>Ends when everything of a batch is in the index or among the dead letters.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stopping">No more attempts.</param>
    /// <param name="abandoned">The running attempt ends too.</param>
    public async Task RunAsync(IndexingBatch batch, CancellationToken stopping, CancellationToken abandoned)
    {
        var contents = batch.Read();
        IReadOnlyList<RejectedEvent> rejected = [];
        if (contents.Events.Count > 0)
        {
            rejected = await _retry
                .RunAsync("write the index", async _ => await index.WriteAsync(contents.Events, abandoned).ConfigureAwait(false), stopping)
                .ConfigureAwait(false);
            EventMetrics.Indexed(contents.Events, time.GetUtcNow());
        }

        var poison = contents.With(rejected);
        if (poison.Count > 0)
            await _retry
                .RunAsync(
                    "put dead letters aside",
                    async _ => await deadLetters.PutAsync(poison, abandoned).ConfigureAwait(false),
                    stopping
                )
                .ConfigureAwait(false);
    }
}
