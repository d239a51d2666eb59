using System.Diagnostics.Metrics;

namespace Timestone.Events;

/// <summary>
/// What is counted of events under the meter <c>Timestone</c>: <c>timestone.events.published</c> and <c>timestone.events.dead_letters</c>,
/// by <c>topic</c>; <c>timestone.events.payloads_omitted</c>; <c>timestone.events.indexed</c>; and <c>timestone.index.lag</c>, the seconds
/// from when something happened until the index had it.
/// </summary>
internal static class EventMetrics
{
    private static readonly Meter Meter = new("Timestone");
    private static readonly Counter<long> PublishedEvents = Meter.CreateCounter<long>(
        "timestone.events.published",
        "{event}",
        "Events that Kafka has taken."
    );
    private static readonly Counter<long> IndexedEvents = Meter.CreateCounter<long>(
        "timestone.events.indexed",
        "{event}",
        "Events that the index has taken."
    );
    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "timestone.events.dead_letters",
        "{event}",
        "Events that were put aside, as they could not be indexed."
    );
    private static readonly Counter<long> OmittedPayloads = Meter.CreateCounter<long>(
        "timestone.events.payloads_omitted",
        "{event}",
        "Events that Kafka took only without their payloads."
    );
    private static readonly Histogram<double> Lag = Meter.CreateHistogram<double>(
        "timestone.index.lag",
        "s",
        "From when something happened until the index had it."
    );

    public static void Published(string topic, int count) => PublishedEvents.Add(count, new KeyValuePair<string, object?>("topic", topic));

    public static void PayloadsOmitted(string topic, int count) =>
        OmittedPayloads.Add(count, new KeyValuePair<string, object?>("topic", topic));

    public static void DeadLetter(string topic) => DeadLetters.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public static void Rejected() => DeadLetters.Add(1);

    public static void Indexed(IReadOnlyList<StreamEvent> events, DateTimeOffset now)
    {
        IndexedEvents.Add(events.Count);
        if (!Lag.Enabled)
            return;
        foreach (var told in events)
        {
            if ((told.Transition?.At ?? told.Message?.UpdatedAt) is { } at)
                Lag.Record(Math.Max(0, (now - at).TotalSeconds));
        }
    }
}
