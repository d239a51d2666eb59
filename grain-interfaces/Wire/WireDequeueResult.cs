namespace Timestone.Grains.Wire;

/// <summary><see cref="DequeueResult"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.dequeueResult")]
internal struct WireDequeueResult
{
    [Id(0)]
    public Message[] Messages;

    [Id(1)]
    public MessageResult[]? Settled;
}

[RegisterConverter]
internal sealed class DequeueResultConverter : IConverter<DequeueResult, WireDequeueResult>
{
    public DequeueResult ConvertFromSurrogate(in WireDequeueResult wire) => new()
    {
        Messages = wire.Messages,
        Settled = wire.Settled,
    };

    public WireDequeueResult ConvertToSurrogate(in DequeueResult value) => new()
    {
        Messages = [.. value.Messages],
        Settled = value.Settled is { } settled ? [.. settled] : null,
    };
}
