using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>The indices in Elasticsearch, as this process writes, reads and prunes them.</summary>
internal sealed partial class ElasticsearchIndexing : IAsyncDisposable
{
    private const string Use = "reach it";

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(5);

    private readonly ElasticsearchConnection _connection;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _pruning, _watching;

    private ElasticsearchIndexing(
        ElasticsearchOptions options,
        ILoggerFactory loggers,
        Func<CancellationToken, ValueTask<string?>>? readServiceId
    )
    {
        _logger = loggers.CreateLogger<ElasticsearchIndexing>();
        _connection = new ElasticsearchConnection(options, readServiceId: readServiceId, marked: LogMarked);
        State = new ServiceState("Elasticsearch", loggers.CreateLogger<ServiceState>());
        Writer = new WatchedWriter(new ElasticsearchIndexWriter(_connection), State);
        _pruning = BackgroundLoop.Every(ElasticsearchRetention.Interval, PruneAsync, problem => LogKept(problem.Message));

        // Else it is not known before something is to be written or searched.
        _watching = BackgroundLoop.Every(WatchInterval, CheckAsync, NotReached);
    }

    public IIndexWriter Writer { get; }

    /// <summary>For comparisons.</summary>
    public ElasticsearchConnection Connection => _connection;

    /// <summary>Whether it works.</summary>
    public ServiceState State { get; }

    /// <summary>Connects when there is something to write or read; begins to prune.</summary>
    /// <param name="options">Where Elasticsearch is.</param>
    /// <param name="loggers">What it tells the log with.</param>
    /// <param name="readServiceId">Reads the id of the store whose messages are indexed; null where this process has none.</param>
    public static ElasticsearchIndexing Start(
        ElasticsearchOptions options,
        ILoggerFactory loggers,
        Func<CancellationToken, ValueTask<string?>>? readServiceId = null
    ) => new(options, loggers, readServiceId);

    /// <summary>What searches are answered from.</summary>
    /// <param name="lag">How far the indices are behind; answers null when that is not known.</param>
    /// <param name="incomplete">Whether transitions were lost on their way to the indices.</param>
    public IIndex IndexOf(Func<CancellationToken, ValueTask<TimeSpan?>> lag, Func<bool> incomplete) =>
        new ElasticsearchIndex(_connection, lag, incomplete);

    /// <summary>Makes searches find all that was written before.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) => _connection.RefreshAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _pruning.DisposeAsync().ConfigureAwait(false);
        await _watching.DisposeAsync().ConfigureAwait(false);
        _connection.Dispose();
    }

    private async Task CheckAsync(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Patience);
        await _connection.CheckAsync(limit.Token).ConfigureAwait(false);
        State.Work(Use);
    }

    private void NotReached(Exception problem) =>
        State.Fail(Use, problem is OperationCanceledException ? $"it has not answered for {Patience.TotalSeconds} s." : problem.Message);

    private async Task PruneAsync(CancellationToken stopping)
    {
        foreach (var index in await new ElasticsearchRetention(_connection).RunAsync(stopping).ConfigureAwait(false))
            LogDeleted(index);
    }

    [LoggerMessage(20, LogLevel.Information, "The historic index {Index} was deleted: its time is over.")]
    private partial void LogDeleted(string index);

    [LoggerMessage(22, LogLevel.Information, "The index {Index} was there and did not say whose it is; it is marked as this service's.")]
    private partial void LogMarked(string index);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "Historic indices whose time is over could not be looked for; that is tried again in an hour. {Problem}"
    )]
    private partial void LogKept(string problem);
}
