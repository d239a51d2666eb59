using Timestone.Backends.Elasticsearch;
using Timestone.Engine;

namespace Timestone.Server;

/// <summary>The indices in Elasticsearch, as this process writes, reads and prunes them.</summary>
internal sealed partial class ElasticsearchIndexing : IAsyncDisposable
{
    private readonly ElasticsearchConnection _connection;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pruning;

    private ElasticsearchIndexing(ElasticsearchOptions options, ILoggerFactory loggers)
    {
        _connection = new ElasticsearchConnection(options);
        _logger = loggers.CreateLogger<ElasticsearchIndexing>();
        Writer = new ElasticsearchIndexWriter(_connection);
        _pruning = PruneAsync();
    }

    public IIndexWriter Writer { get; }

    /// <summary>For comparisons.</summary>
    public ElasticsearchConnection Connection => _connection;

    /// <summary>Connects when there is something to write or read; begins to prune.</summary>
    public static ElasticsearchIndexing Start(ElasticsearchOptions options, ILoggerFactory loggers) => new(options, loggers);

    /// <summary>What searches of a journal's messages are answered from.</summary>
    public IIndex IndexOf(IOutbox? outbox) => new ElasticsearchIndex(_connection, () => outbox?.Newest, () => outbox?.Backlog.Dropped > 0);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _pruning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.Dispose();
        _stopping.Dispose();
    }

    private async Task PruneAsync()
    {
        var retention = new ElasticsearchRetention(_connection);
        using var timer = new PeriodicTimer(ElasticsearchRetention.Interval);
        do
        {
            try
            {
                foreach (var index in await retention.RunAsync(_stopping.Token).ConfigureAwait(false))
                    LogDeleted(index);
            }
            catch (IOException problem)
            {
                LogKept(problem.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
    }

    [LoggerMessage(20, LogLevel.Information, "The historic index {Index} was deleted: its time is over.")]
    private partial void LogDeleted(string index);

    [LoggerMessage(21, LogLevel.Warning, "Historic indices whose time is over could not be looked for; that is tried again in an hour. {Problem}")]
    private partial void LogKept(string problem);
}
