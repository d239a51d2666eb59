namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueInfo"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queueInfo")]
internal struct WireQueueInfo
{
    [Id(0)]
    public string Name;

    [Id(1)]
    public QueueSettings Settings;

    [Id(2)]
    public DateTimeOffset CreatedAt;
}

[RegisterConverter]
internal sealed class QueueInfoConverter : IConverter<QueueInfo, WireQueueInfo>
{
    public QueueInfo ConvertFromSurrogate(in WireQueueInfo wire) => new()
    {
        Name = wire.Name,
        Settings = wire.Settings,
        CreatedAt = wire.CreatedAt,
    };

    public WireQueueInfo ConvertToSurrogate(in QueueInfo value) => new()
    {
        Name = value.Name,
        Settings = value.Settings,
        CreatedAt = value.CreatedAt,
    };
}
