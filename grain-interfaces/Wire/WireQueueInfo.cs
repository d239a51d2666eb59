namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueInfo"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.queueInfo")]
internal struct WireQueueInfo : IConverter<QueueInfo, WireQueueInfo>
{
    [Id(0)]
    public string Name;

    [Id(1)]
    public QueueSettings Settings;

    [Id(2)]
    public DateTimeOffset CreatedAt;

    public readonly QueueInfo ConvertFromSurrogate(in WireQueueInfo wire) => new()
    {
        Name = wire.Name,
        Settings = wire.Settings,
        CreatedAt = wire.CreatedAt,
    };

    public readonly WireQueueInfo ConvertToSurrogate(in QueueInfo value) => new()
    {
        Name = value.Name,
        Settings = value.Settings,
        CreatedAt = value.CreatedAt,
    };
}
