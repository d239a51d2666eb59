using Timestone.Backends.Kafka;
using Timestone.Engine;

namespace Timestone.Server;

/// <summary>Indexes what is in Kafka; begins again, after a pause, when the indexer could not go on.</summary>
internal sealed class Indexing : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private Indexing(KafkaOptions kafka, IIndexWriter index, ILoggerFactory loggers) => _running = RunAsync(kafka, index, loggers);

    /// <summary>Starts it; it waits for Kafka and the index itself.</summary>
    /// <exception cref="DllNotFoundException">Kafka's library is not installed.</exception>
    public static Indexing Start(KafkaOptions kafka, IIndexWriter index, ILoggerFactory loggers)
    {
        KafkaLibrary.Load();
        return new Indexing(kafka, index, loggers);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(KafkaOptions kafka, IIndexWriter index, ILoggerFactory loggers)
    {
        while (true)
        {
            var indexer = new KafkaIndexer(kafka, index, loggers.CreateLogger<KafkaIndexer>());
            await using (indexer.ConfigureAwait(false))
            {
                await indexer.StartAsync(_stopping.Token).ConfigureAwait(false);
                await indexer.Completion.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(Pause, _stopping.Token).ConfigureAwait(false);
        }
    }
}
