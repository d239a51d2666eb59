using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Timestone.Engine;

namespace Timestone.Hosting;

/// <summary>
/// What is measured of queues under the meter <c>Timestone</c>: <c>timestone.queue.errored</c>, by <c>queue</c>;
/// <c>timestone.queue.removed</c>, by <c>queue</c> and <c>cause</c> (retention, purge or bound); and <c>timestone.queue.clock_ahead</c>,
/// the seconds by which the time of the open queue that is farthest ahead is ahead of the wall clock.
/// </summary>
internal static class QueueMetrics
{
    private static readonly Meter Meter = new("Timestone");
    private static readonly Counter<long> Errored = Meter.CreateCounter<long>(
        "timestone.queue.errored",
        "{message}",
        "Messages that became errored."
    );
    private static readonly Counter<long> Removed = Meter.CreateCounter<long>(
        "timestone.queue.removed",
        "{message}",
        "Messages that were removed."
    );

    private static readonly ConcurrentDictionary<LocalTimestone, bool> Watched = new();

    static QueueMetrics() => Meter.CreateObservableGauge(
        "timestone.queue.clock_ahead",
        static () => Watched.Keys.Max(static service => service.Ahead?.By.TotalSeconds) ?? 0,
        "s",
        "How far the time of the queue that is farthest ahead is ahead of the wall clock.");

    /// <summary>Begins to measure a service's queues.</summary>
    public static void Watch(LocalTimestone timestone) => Watched[timestone] = true;

    /// <summary>Ends it.</summary>
    public static void Forget(LocalTimestone timestone) => Watched.TryRemove(timestone, out _);

    public static void Committed(string queue, int errored, RemovalCounts removed)
    {
        var tag = new KeyValuePair<string, object?>("queue", queue);
        if (errored > 0)
            Errored.Add(errored, tag);
        Count(tag, "retention", removed.Retention);
        Count(tag, "purge", removed.Purge);
        Count(tag, "bound", removed.Bound);
    }

    private static void Count(KeyValuePair<string, object?> queue, string cause, long count)
    {
        if (count > 0)
            Removed.Add(count, queue, new KeyValuePair<string, object?>("cause", cause));
    }
}
