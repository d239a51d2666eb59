using System.Collections.Concurrent;
using Timestone.Engine;

namespace Timestone.Hosting;

/// <summary>
/// Logs what operators should know of the queues: a line for each purge and each deleted queue, and a warning a queue and minute while
/// messages become errored.
/// </summary>
internal sealed partial class QueueLog : IQueueObserver, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (long Errored, long Bounded)> _unsaid = new(StringComparer.Ordinal);
    private readonly ILogger<QueueLog> _logger;
    private readonly ITimer _timer;

    private QueueLog(ILogger<QueueLog> logger, TimeProvider time)
    {
        _logger = logger;
        _timer = time.CreateTimer(static log => ((QueueLog)log!).Say(), this, Interval, Interval);
    }

    /// <summary>Begins to listen, and to log once a minute.</summary>
    public static QueueLog Start(ILogger<QueueLog> logger, TimeProvider time) => new(logger, time);

    public void Committed(string queue, int errored, RemovalCounts removed)
    {
        QueueMetrics.Committed(queue, errored, removed);
        if (errored > 0 || removed.Bound > 0)
            _unsaid.AddOrUpdate(
                queue,
                static (_, more) => more,
                static (_, before, more) => (before.Errored + more.Errored, before.Bounded + more.Bounded),
                (Errored: (long)errored, Bounded: removed.Bound)
            );
    }

    public void Purged(string queue, PurgeScope scope, StateCounts removed) =>
        LogPurged(queue, scope, removed.Total, removed.Invisible, removed.Pending, removed.Completed, removed.Canceled, removed.Errored);

    public void Deleted(string queue, StateCounts removed) =>
        LogDeleted(
            queue,
            removed.Total,
            removed.Invisible,
            removed.Pending,
            removed.Running,
            removed.Completed,
            removed.Canceled,
            removed.Errored
        );

    /// <summary>Ends; what was not said yet is said before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        Say();
    }

    private void Say()
    {
        foreach (var queue in _unsaid.Keys)
        {
            if (!_unsaid.TryRemove(queue, out var counts))
                continue;
            if (counts.Bounded == 0)
                LogErrored(queue, counts.Errored);
            else
                LogBounded(queue, counts.Errored, counts.Bounded);
        }
    }

    [LoggerMessage(
        20,
        LogLevel.Information,
        "Purged queue {Queue} ({Scope}): {Total} messages removed: {Invisible} invisible, {Pending} pending, {Completed} completed, {Canceled} canceled, {Errored} errored."
    )]
    private partial void LogPurged(
        string queue,
        PurgeScope scope,
        long total,
        long invisible,
        long pending,
        long completed,
        long canceled,
        long errored
    );

    [LoggerMessage(
        21,
        LogLevel.Information,
        "Deleted queue {Queue} with {Total} messages: {Invisible} invisible, {Pending} pending, {Running} running, {Completed} completed, {Canceled} canceled, {Errored} errored."
    )]
    private partial void LogDeleted(
        string queue,
        long total,
        long invisible,
        long pending,
        long running,
        long completed,
        long canceled,
        long errored
    );

    [LoggerMessage(
        22,
        LogLevel.Warning,
        "{Errored} messages of queue {Queue} became errored within a minute. Look at them, then redrive or purge them: they are removed when the queue's erroredRetentionSeconds have passed."
    )]
    private partial void LogErrored(string queue, long errored);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "{Errored} messages of queue {Queue} became errored within a minute, and {Bounded} errored ones were removed, the oldest first: the queue keeps no more than its maxErrored. Redrive or purge them, or raise maxErrored."
    )]
    private partial void LogBounded(string queue, long errored, long bounded);
}
