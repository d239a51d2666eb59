using System.Diagnostics.Metrics;

namespace Timestone.Server;

/// <summary>
/// What is counted of queues under the meter <c>Timestone</c>: <c>timestone.queue.errored</c>, by <c>queue</c>, and
/// <c>timestone.queue.removed</c>, by <c>queue</c> and <c>cause</c> (retention, purge or bound).
/// </summary>
internal static class QueueMetrics
{
    private static readonly Meter Meter = new("Timestone");
    private static readonly Counter<long> Errored = Meter.CreateCounter<long>("timestone.queue.errored", "{message}", "Messages that became errored.");
    private static readonly Counter<long> Removed = Meter.CreateCounter<long>("timestone.queue.removed", "{message}", "Messages that were removed.");

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
