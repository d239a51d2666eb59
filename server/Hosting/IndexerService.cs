namespace Timestone.Server;

/// <summary>The role of a process that only indexes: from Kafka into Elasticsearch.</summary>
internal sealed class IndexerService(TimestoneServerOptions options, ILoggerFactory loggers) : IHostedService
{
    private ElasticsearchIndexing? _elasticsearch;
    private Indexing? _indexing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _elasticsearch = ElasticsearchIndexing.Start(options.Elasticsearch!, loggers);
        try
        {
            _indexing = Indexing.Start(options.Kafka!, _elasticsearch.Writer, loggers);
        }
        catch (DllNotFoundException problem)
        {
            throw new BadOptionException("--kafka", problem.Message);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_indexing is not null)
            await _indexing.DisposeAsync().ConfigureAwait(false);
        if (_elasticsearch is not null)
            await _elasticsearch.DisposeAsync().ConfigureAwait(false);
    }
}
