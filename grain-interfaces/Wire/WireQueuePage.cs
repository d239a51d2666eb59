namespace Timestone.Grains.Wire;

/// <summary><see cref="QueuePage"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.queuePage")]
internal struct WireQueuePage : IConverter<QueuePage, WireQueuePage>
{
    [Id(0)]
    public QueueInfo[] Queues;

    [Id(1)]
    public string? Next;

    public readonly QueuePage ConvertFromSurrogate(in WireQueuePage wire) => new(wire.Queues, wire.Next);

    public readonly WireQueuePage ConvertToSurrogate(in QueuePage value) => new()
    {
        Queues = [.. value.Queues],
        Next = value.Next,
    };
}
