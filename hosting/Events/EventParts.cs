using System.Globalization;
using Timestone.Api;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>
/// How Kafka and Elasticsearch are doing, for <c>/readyz</c>. Queues work whatever they do, so they never make a server unready.
/// </summary>
internal static class EventParts
{
    /// <summary>Kafka, as outboxes meet it.</summary>
    public static HealthPart Kafka(ServiceState state, OutboxBacklog outbox, EventBacklog? backlog)
    {
        var figures = Figures(outbox, backlog);
        return Part(
            "kafka",
            state.Trouble,
            backlog?.OutboxStill is { } still ? Still(still, "Nothing has left the outbox for Kafka", "though events wait there.") : null,
            figures
        );
    }

    /// <summary>Elasticsearch, as those meet it who write and search.</summary>
    public static HealthPart Elasticsearch(
        ServiceState state,
        OutboxBacklog outbox,
        EventBacklog? backlog,
        bool isBehindKafka,
        TimeSpan? behind
    )
    {
        var figures = isBehindKafka ? [] : Figures(outbox, backlog);
        if (backlog?.Positions is { } positions)
            figures["eventsWaiting"] = positions.Waiting;
        if (behind is { } time)
            figures["secondsBehind"] = (long)time.TotalSeconds;
        var still = !isBehindKafka && backlog?.OutboxStill is { } outboxStill
            ? Still(outboxStill, "Nothing has left the outbox for the index", "though events wait there.")
            : backlog?.Still is var (partition, since)
                ? Still(
                    since,
                    $"Nothing of Kafka's {partition} has been indexed",
                    string.Create(CultureInfo.InvariantCulture, $"though {partition.Waiting} events wait there.")
                )
            : null;
        return Part("elasticsearch", state.Trouble, still, figures);
    }

    private static HealthPart Part(string name, string? trouble, string? still, Dictionary<string, long> figures) => new(
        name,
        still is not null ? HealthPart.Stalled : trouble is not null ? HealthPart.Degraded : HealthPart.Ok,
        trouble is null && still is null ? null : string.Join(' ', ((string?[])[trouble, still]).OfType<string>()),
        figures);

    private static string Still(TimeSpan time, string what, string though) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} for {time.TotalSeconds:0} s {though}");

    private static Dictionary<string, long> Figures(OutboxBacklog outbox, EventBacklog? backlog)
    {
        var figures = new Dictionary<string, long>
        {
            [$"{outbox.Unit}Waiting"] = outbox.Waiting,
            [$"{outbox.Unit}Dropped"] = outbox.Dropped,
        };
        if (backlog?.OutboxLag is { } lag)
            figures["secondsWaiting"] = (long)lag.TotalSeconds;
        return figures;
    }
}
