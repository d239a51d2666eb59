using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>Indexes what is in Kafka; begins again, after a pause, when the indexer could not go on.</summary>
internal sealed partial class Indexing : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Func<KafkaIndexer> _next;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _loop;
    private KafkaIndexer? _indexer;

    private Indexing(Func<KafkaIndexer> next, ILogger logger)
    {
        // The first one here, so that whoever starts it is told what Kafka's client does not take.
        (_next, _logger, _indexer) = (next, logger, next());
        _loop = BackgroundLoop.Start(RunAsync, Pause, LogFailed);
    }

    /// <summary>Starts it; it waits for Kafka and the index itself.</summary>
    /// <exception cref="ArgumentException">Kafka's client does not take its properties.</exception>
    public static Indexing Start(KafkaOptions kafka, IIndexWriter index, ILoggerFactory loggers) =>
        new(() => new KafkaIndexer(kafka, index, loggers.CreateLogger<KafkaIndexer>()), loggers.CreateLogger<Indexing>());

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync().ConfigureAwait(false);
        if (_indexer is not null)
            await _indexer.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<TimeSpan> RunAsync(CancellationToken stopping)
    {
        _indexer ??= _next();
        await _indexer.StartAsync(stopping).ConfigureAwait(false);

        // It has said itself why it ended.
        await _indexer.Completion.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _indexer.DisposeAsync().ConfigureAwait(false);
        _indexer = null;
        return Pause;
    }

    [LoggerMessage(60, LogLevel.Error, "The indexer could not be started again.")]
    private partial void LogFailed(Exception problem);
}
