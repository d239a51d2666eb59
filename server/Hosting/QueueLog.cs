using Timestone.Engine;

namespace Timestone.Server;

/// <summary>Logs what removes many messages at once.</summary>
internal sealed partial class QueueLog(ILogger<QueueLog> logger) : IQueueObserver
{
    public void Purged(string queue, PurgeScope scope, StateCounts removed) =>
        LogPurged(queue, scope, removed.Total, removed.Invisible, removed.Pending, removed.Completed, removed.Canceled, removed.Errored);

    public void Deleted(string queue, StateCounts removed) =>
        LogDeleted(queue, removed.Total, removed.Invisible, removed.Pending, removed.Running, removed.Completed, removed.Canceled, removed.Errored);

    [LoggerMessage(20, LogLevel.Information, "Purged queue {Queue} ({Scope}): {Total} messages removed: {Invisible} invisible, {Pending} pending, {Completed} completed, {Canceled} canceled, {Errored} errored.")]
    private partial void LogPurged(string queue, PurgeScope scope, long total, long invisible, long pending, long completed, long canceled, long errored);

    [LoggerMessage(21, LogLevel.Information, "Deleted queue {Queue} with {Total} messages: {Invisible} invisible, {Pending} pending, {Running} running, {Completed} completed, {Canceled} canceled, {Errored} errored.")]
    private partial void LogDeleted(string queue, long total, long invisible, long pending, long running, long completed, long canceled, long errored);
}
