namespace Timestone.Grains.Wire;

/// <summary><see cref="QueuePage"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queuePage")]
internal struct WireQueuePage
{
    [Id(0)]
    public QueueInfo[] Queues;

    [Id(1)]
    public string? Next;

    [Id(2)]
    public string[]? Unreadable;

    [Id(3)]
    public string? ServiceId;
}

[RegisterConverter]
internal sealed class QueuePageConverter : IConverter<QueuePage, WireQueuePage>
{
    public QueuePage ConvertFromSurrogate(in WireQueuePage wire) => new(wire.Queues, wire.Next) { Unreadable = wire.Unreadable, ServiceId = wire.ServiceId };

    public WireQueuePage ConvertToSurrogate(in QueuePage value) => new()
    {
        Queues = [.. value.Queues],
        Next = value.Next,
        Unreadable = value.Unreadable is null ? null : [.. value.Unreadable],
        ServiceId = value.ServiceId,
    };
}
