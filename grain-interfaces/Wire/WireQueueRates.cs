namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueRates"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queueRates")]
internal struct WireQueueRates
{
    [Id(0)]
    public double Enqueued;

    [Id(1)]
    public double Dequeued;

    [Id(2)]
    public double Completed;

    [Id(3)]
    public double Failed;
}

[RegisterConverter]
internal sealed class QueueRatesConverter : IConverter<QueueRates, WireQueueRates>
{
    public QueueRates ConvertFromSurrogate(in WireQueueRates wire) => new(wire.Enqueued, wire.Dequeued, wire.Completed, wire.Failed);

    public WireQueueRates ConvertToSurrogate(in QueueRates value) => new()
    {
        Enqueued = value.Enqueued,
        Dequeued = value.Dequeued,
        Completed = value.Completed,
        Failed = value.Failed,
    };
}
