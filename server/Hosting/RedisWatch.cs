using Timestone.Backends.Redis;

namespace Timestone.Server;

/// <summary>Looks after the Redis that the journal is in: whether it is there, and whether it keeps what it acknowledges.</summary>
internal sealed partial class RedisWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly RedisJournal _journal;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _watching;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile string? _obstacle = "Redis has not been reached yet.";
    private volatile string? _caution;
    private bool _disposed;

    private RedisWatch(RedisJournal journal, ILogger logger)
    {
        (_journal, _logger) = (journal, logger);
        _watching = WatchAsync();
    }

    /// <summary>Why nothing works; null while Redis answers.</summary>
    public string? Obstacle => _obstacle;

    /// <summary>What Redis may lose; null when it keeps everything.</summary>
    public string? Caution => _caution;

    /// <summary>Starts to watch, and has looked once when it ends.</summary>
    public static async Task<RedisWatch> StartAsync(RedisJournal journal, ILogger logger, CancellationToken cancellationToken)
    {
        var watch = new RedisWatch(journal, logger);
        await watch.LookAsync(cancellationToken).ConfigureAwait(false);
        return watch;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _journal.PingAsync(cancellationToken).ConfigureAwait(false);
            if (_obstacle is null)
                return;

            // It may be another one now, or have other settings.
            var gaps = await _journal.FindPersistenceGapsAsync(cancellationToken).ConfigureAwait(false);
            _caution = gaps.Count == 0 ? null : string.Join(' ', gaps);
            _obstacle = null;
            LogReached(string.Join(", ", _journal.Addresses));
            foreach (var gap in gaps)
                LogGap(gap);
        }
        catch (IOException problem)
        {
            if (_obstacle is null || !_obstacle.EndsWith(problem.Message, StringComparison.Ordinal))
                LogLost(problem.Message);
            _obstacle = $"Redis cannot be reached. {problem.Message}";
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A host stops its services both when it is told to and when it is disposed of.
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _turn.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            await LookAsync(_closing.Token).ConfigureAwait(false);
    }

    [LoggerMessage(10, LogLevel.Information, "Redis at {Addresses} answers.")]
    private partial void LogReached(string addresses);

    [LoggerMessage(11, LogLevel.Warning, "{Gap}")]
    private partial void LogGap(string gap);

    [LoggerMessage(12, LogLevel.Warning, "Redis cannot be reached. {Problem}")]
    private partial void LogLost(string problem);
}
