using System.Diagnostics.Metrics;

namespace Timestone.Events;

/// <summary>
/// Shows under the meter <c>Timestone</c> what is on its way to the index: <c>timestone.outbox.lag</c>, the seconds that the oldest commit
/// waits in an outbox; <c>timestone.events.waiting</c>, by <c>topic</c> and <c>partition</c>, the events in Kafka that are not indexed;
/// <c>timestone.index.behind</c>, the seconds that searches are behind; and <c>timestone.events.stalled</c>, by <c>stage</c> (outbox or
/// index), the seconds that it has stood still though it had something to do. What is not known is not shown.
/// </summary>
public sealed class BacklogMeter : IDisposable
{
    private readonly Meter _meter = new("Timestone");

    /// <summary>Shows it until disposed.</summary>
    /// <param name="progress">Looks.</param>
    /// <param name="isIndexed">Whether there is an index: else what is in Kafka waits for nobody.</param>
    public BacklogMeter(IndexProgress progress, bool isIndexed)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _meter.CreateObservableGauge(
            "timestone.outbox.lag",
            () => Seconds(progress.Backlog?.OutboxLag),
            "s",
            "How long the oldest commit waits in an outbox."
        );
        _meter.CreateObservableGauge(
            "timestone.events.stalled",
            () => Stalled(progress.Backlog, isIndexed),
            "s",
            "For how long a stage has stood still though it had something to do; 0 when it has not."
        );
        if (!isIndexed)
            return;
        _meter.CreateObservableGauge("timestone.index.behind", () => Seconds(progress.Behind), "s", "How far searches are behind.");
        _meter.CreateObservableGauge(
            "timestone.events.waiting",
            () => Waiting(progress.Backlog?.Positions),
            "{event}",
            "Events in Kafka that are not indexed."
        );
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Seconds(TimeSpan? time) =>
        time is { } known ? [new Measurement<double>(known.TotalSeconds)] : [];

    private static IEnumerable<Measurement<long>> Waiting(EventPositions? positions) =>
        positions is null
            ? []
            : positions.Partitions.Select(static partition => new Measurement<long>(
                partition.Waiting,
                new("topic", partition.Topic),
                new("partition", partition.Partition)
            ));

    private static IEnumerable<Measurement<double>> Stalled(EventBacklog? backlog, bool isIndexed)
    {
        if (backlog is null)
            yield break;
        yield return new(backlog.OutboxStill?.TotalSeconds ?? 0, new KeyValuePair<string, object?>("stage", "outbox"));
        if (isIndexed && backlog.Positions is not null)
            yield return new(backlog.Still?.Time.TotalSeconds ?? 0, new KeyValuePair<string, object?>("stage", "index"));
    }
}
