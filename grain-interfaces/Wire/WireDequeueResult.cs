namespace Timestone.Grains.Wire;

/// <summary>
/// <see cref="DequeueResult"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.
/// </summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.dequeueResult")]
internal struct WireDequeueResult
{
    [Id(0)]
    public Batch<Message> Messages;

    [Id(1)]
    public Batch<MessageResult>? Settled;

    [Id(2)]
    public TimestoneError? Error;
}

[RegisterConverter]
internal sealed class DequeueResultConverter : IConverter<DequeueResult, WireDequeueResult>
{
    public DequeueResult ConvertFromSurrogate(in WireDequeueResult wire) => new()
    {
        Messages = wire.Messages.Items,
        Settled = wire.Settled?.Items,
        Error = wire.Error,
    };

    public WireDequeueResult ConvertToSurrogate(in DequeueResult value) => new()
    {
        Messages = new(value.Messages),
        Settled = value.Settled is { } settled ? new(settled) : null,
        Error = value.Error,
    };
}
