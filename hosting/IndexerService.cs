namespace Timestone.Hosting;

/// <summary>The role of a process that only indexes: from Kafka into Elasticsearch.</summary>
internal sealed class IndexerService(TimestoneServerOptions options, ILoggerFactory loggers) : IHostedService
{
    private ElasticsearchIndexing? _elasticsearch;
    private Indexing? _indexing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _elasticsearch = ElasticsearchIndexing.Start(options.Elasticsearch!, loggers);
        _indexing = EventFlow.OnKafka(() => Indexing.Start(options.Kafka!, _elasticsearch.Writer, loggers));
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
