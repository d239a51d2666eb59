using Timestone.Json;

namespace Timestone.Cli;

/// <summary>Queues for people.</summary>
internal static class QueueView
{
    public static string TypeOf(QueueSettings settings) =>
        settings.ExclusivityKey is { } key ? $"exclusive by {key}" : EnumNames.Of(settings.Type);

    public static string BlocksOf(QueueSettings settings) => (settings.EnqueueBlocked, settings.DequeueBlocked) switch
    {
        (true, true) => "enqueue, dequeue",
        (true, false) => "enqueue",
        (false, true) => "dequeue",
        _ => "-",
    };

    public static void Write(TextWriter output, QueueInfo queue)
    {
        var settings = queue.Settings;
        new Fields()
            .Add("queue", queue.Name)
            .Add("type", TypeOf(settings))
            .Add("lease", Durations.Exact(settings.Lease))
            .Add("invisible", Durations.Exact(settings.Invisible))
            .Add("max attempts", Text.Number(settings.MaxAttempts))
            .Add("backoff", BackoffOf(settings.Backoff))
            .Add("retention", $"{Durations.Exact(settings.Retention)}, errored {Durations.Exact(settings.ErroredRetention)}")
            .Add("max errored", settings.MaxErrored == 0 ? "no limit" : Text.Number(settings.MaxErrored))
            .Add("max depth", settings.MaxDepth == 0 ? "no limit" : Text.Number(settings.MaxDepth))
            .Add("max payload", $"{settings.MaxPayloadBytes} bytes")
            .Add("payloads", settings.PublishPayloads ? "told in events" : "not told in events")
            .Add("blocked", BlocksOf(settings))
            .Add("created", Text.Time(queue.CreatedAt))
            .WriteTo(output);
    }

    public static void Write(TextWriter output, QueueStats stats)
    {
        var (counts, rates, lateness) = (stats.Counts, stats.Rates, stats.Lateness);
        new Fields()
            .Add("queue", stats.Queue)
            .Add("pending", Text.Number(counts.Pending))
            .Add("invisible", Text.Number(counts.Invisible))
            .Add("running", Text.Number(counts.Running))
            .Add("completed", Text.Number(counts.Completed))
            .Add("canceled", Text.Number(counts.Canceled))
            .Add("errored", Text.Number(counts.Errored))
            .Add("oldest pending", OldestOf(stats))
            .Add(
                "per second",
                $"{Text.Rate(rates.Enqueued)} enqueued, {Text.Rate(rates.Dequeued)} dequeued, {Text.Rate(rates.Completed)} completed, {Text.Rate(rates.Failed)} failed"
            )
            .Add("late", $"{LatenessOf(lateness)} of {lateness.Dequeued} with a deadline in the last minute")
            .Add(
                "removed",
                $"{stats.Removed.Retention} by retention, {stats.Removed.Purge} by purges, {stats.Removed.Bound} errored beyond the bound, since the queue was opened"
            )
            .Add("journal", stats.Journal is { } space ? SpaceOf(space) : "-")
            .WriteTo(output);
        if (stats.Journal?.Trouble is { } trouble)
            output.WriteLine(trouble);
    }

    public static string OldestOf(QueueStats stats) => stats.OldestPending is { } age ? Durations.Rough(age) : "-";

    public static string LatenessOf(Lateness lateness) => lateness.Late == 0
        ? "0"
        : $"{lateness.Late} (mean {Durations.Rough(lateness.Mean)}, max {Durations.Rough(lateness.Max)})";

    private static string SpaceOf(JournalSpace space) =>
        $"{(space.Room == JournalRoom.Ample ? "room for everything" : "FULL")}: {(space.BytesFree is { } free ? Text.Bytes(free) : "?")} free, {Text.Bytes(space.BytesReserved)} set aside, {Text.Bytes(space.BytesNeeded)} needed";

    private static string BackoffOf(Backoff backoff) => backoff.Kind switch
    {
        BackoffKind.Fixed => $"fixed, {Durations.Exact(backoff.Initial)}",
        BackoffKind.Exponential => $"exponential, {Durations.Exact(backoff.Initial)} to {Durations.Exact(backoff.Max)}",
        _ => EnumNames.Of(backoff.Kind),
    };
}
