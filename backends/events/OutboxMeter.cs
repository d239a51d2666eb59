using System.Diagnostics.Metrics;
using Timestone.Engine;

namespace Timestone.Events;

/// <summary>
/// Shows an outbox under the meter <c>Timestone</c>: <c>timestone.outbox.waiting</c>, what its slowest reader has not taken yet, and
/// <c>timestone.outbox.dropped</c>, what was dropped unread, both by <c>unit</c> (bytes or entries).
/// </summary>
public sealed class OutboxMeter : IDisposable
{
    private readonly Meter _meter = new("Timestone");

    /// <summary>Shows it until disposed.</summary>
    public OutboxMeter(IOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        _meter.CreateObservableGauge(
            "timestone.outbox.waiting",
            () => Of(outbox.Backlog, static backlog => backlog.Waiting),
            description: "What waits in the outbox for its slowest reader."
        );
        _meter.CreateObservableCounter(
            "timestone.outbox.dropped",
            () => Of(outbox.Backlog, static backlog => backlog.Dropped),
            description: "What the outbox has dropped unread."
        );
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Of(OutboxBacklog backlog, Func<OutboxBacklog, long> value) =>
        new(value(backlog), new KeyValuePair<string, object?>("unit", backlog.Unit));
}
