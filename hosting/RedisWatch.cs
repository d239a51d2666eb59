using Timestone.Api;
using Timestone.Journals.Redis;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>Looks after the Redis that the journal is in: whether it is there, and whether it keeps what it acknowledges.</summary>
internal sealed partial class RedisWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A Redis that is silent for so long has no answer for callers either; those who wait already are given the journal's own time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly RedisJournal _journal;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundLoop _loop;
    private volatile string? _obstacle = "Redis has not been reached yet.";
    private volatile RedisCondition? _condition;
    private string? _lost;

    private RedisWatch(RedisJournal journal, ILogger logger)
    {
        (_journal, _logger) = (journal, logger);
        _loop = BackgroundLoop.Every(Interval, LookAsync, NotSeen);
    }

    /// <summary>Why nothing works; null while Redis answers.</summary>
    public string? Obstacle => _obstacle;

    /// <summary>Ends when Redis has answered for the first time.</summary>
    public Task Reached => _reached.Task;

    /// <summary>How Redis is doing, for <c>/readyz</c>.</summary>
    public HealthPart Part =>
        HealthPart.Of(
            "redis",
            _obstacle ?? (_condition is { Cautions: { Count: > 0 } cautions } ? string.Join(' ', cautions) : null),
            Figures
        );

    private IReadOnlyDictionary<string, long>? Figures => _condition is { BytesUsed: { } used, BytesMax: { } max }
        ? new Dictionary<string, long> { ["bytesUsed"] = used, ["bytesMax"] = max }
        : null;

    /// <summary>Starts to watch, and has looked once when it ends.</summary>
    public static async Task<RedisWatch> StartAsync(RedisJournal journal, ILogger logger, CancellationToken cancellationToken)
    {
        var watch = new RedisWatch(journal, logger);
        await watch._looked.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return watch;
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task LookAsync(CancellationToken stopping)
    {
        var look = _journal.ExamineAsync(stopping);
        await ((Task)look).WaitAsync(Patience, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!look.IsCompleted && !stopping.IsCancellationRequested)
            Lost($"Redis has not answered for {Patience.TotalSeconds} s.");

        // It may be another one each time, or have other settings.
        var found = await look.ConfigureAwait(false);
        if (_obstacle is not null)
            LogReached(string.Join(", ", _journal.Addresses));
        foreach (var caution in found.Cautions.Except(_condition?.Cautions ?? []))
            LogCaution(caution);
        (_condition, _obstacle) = (found, null);
        _reached.TrySetResult();
        _looked.TrySetResult();
    }

    private void NotSeen(Exception problem)
    {
        Lost(problem is IOException ? problem.Message : "What it answers cannot be understood.");
        _looked.TrySetResult();
    }

    private void Lost(string why)
    {
        // The client's words, with its addresses and counters, are for the log.
        if (_obstacle is null || why != _lost)
            LogLost(why);
        (_lost, _obstacle) = (why, "Redis cannot be reached; the server's log says why.");
    }

    [LoggerMessage(10, LogLevel.Information, "Redis at {Addresses} answers.")]
    private partial void LogReached(string addresses);

    [LoggerMessage(11, LogLevel.Warning, "{Caution}")]
    private partial void LogCaution(string caution);

    [LoggerMessage(12, LogLevel.Warning, "Redis cannot be reached. {Problem}")]
    private partial void LogLost(string problem);
}
