namespace Timestone.Grains.Wire;

/// <summary><see cref="CreateQueueResult"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.createQueueResult")]
internal struct WireCreateQueueResult : IConverter<CreateQueueResult, WireCreateQueueResult>
{
    [Id(0)]
    public QueueInfo Queue;

    [Id(1)]
    public bool Created;

    public readonly CreateQueueResult ConvertFromSurrogate(in WireCreateQueueResult wire) => new(wire.Queue, wire.Created);

    public readonly WireCreateQueueResult ConvertToSurrogate(in CreateQueueResult value) => new()
    {
        Queue = value.Queue,
        Created = value.Created,
    };
}
