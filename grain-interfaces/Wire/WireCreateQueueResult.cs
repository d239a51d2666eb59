namespace Timestone.Grains.Wire;

/// <summary><see cref="CreateQueueResult"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.createQueueResult")]
internal struct WireCreateQueueResult
{
    [Id(0)]
    public QueueInfo Queue;

    [Id(1)]
    public bool Created;
}

[RegisterConverter]
internal sealed class CreateQueueResultConverter : IConverter<CreateQueueResult, WireCreateQueueResult>
{
    public CreateQueueResult ConvertFromSurrogate(in WireCreateQueueResult wire) => new(wire.Queue, wire.Created);

    public WireCreateQueueResult ConvertToSurrogate(in CreateQueueResult value) => new()
    {
        Queue = value.Queue,
        Created = value.Created,
    };
}
