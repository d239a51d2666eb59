using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Kafka.Clients;
using Timestone.Resilience;

namespace Timestone.Kafka;

/// <summary>Indexes batches, and puts aside what cannot be: tries until it succeeds.</summary>
internal sealed class BatchIndexing(IIndexWriter index, DeadLetters deadLetters, ILogger logger, TimeProvider time)
{
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
            await PersistAsync(
                    "write the index",
                    async () => rejected = await index.WriteAsync(contents.Events, abandoned).ConfigureAwait(false),
                    stopping
                )
                .ConfigureAwait(false);
            EventMetrics.Indexed(contents.Events, time.GetUtcNow());
        }

        var poison = contents.With(rejected);
        if (poison.Count > 0)
            await PersistAsync("put dead letters aside", () => deadLetters.PutAsync(poison, abandoned), stopping).ConfigureAwait(false);
    }

    private async Task PersistAsync(string what, Func<Task> attempt, CancellationToken stopping)
    {
        var (pause, isTold) = (new RetryPause(time), false);
        while (true)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                if (isTold)
                    KafkaLog.Resumed(logger, what, pause.Failures);
                return;
            }
            catch (IOException problem)
            {
                if (!isTold && problem is not ToldException)
                    KafkaLog.Stalled(logger, what, problem.Message);
                isTold |= problem is not ToldException;
            }

            await pause.WaitAsync(stopping).ConfigureAwait(false);
        }
    }
}
