using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;

namespace Timestone.Hosting;

/// <summary>Indexes what is in Kafka; begins again, after a pause, when the indexer could not go on.</summary>
internal sealed class Indexing : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private Indexing(Func<KafkaIndexer> next) => _running = RunAsync(next(), next);

    /// <summary>Starts it; it waits for Kafka and the index itself.</summary>
    /// <exception cref="ArgumentException">Kafka's client does not take its properties.</exception>
    public static Indexing Start(KafkaOptions kafka, IIndexWriter index, ILoggerFactory loggers) =>
        new(() => new KafkaIndexer(kafka, index, loggers.CreateLogger<KafkaIndexer>()));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(KafkaIndexer indexer, Func<KafkaIndexer> next)
    {
        while (true)
        {
            await using (indexer.ConfigureAwait(false))
            {
                await indexer.StartAsync(_stopping.Token).ConfigureAwait(false);
                await indexer.Completion.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(Pause, _stopping.Token).ConfigureAwait(false);
            indexer = next();
        }
    }
}
