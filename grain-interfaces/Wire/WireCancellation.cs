namespace Timestone.Grains.Wire;

/// <summary><see cref="Cancellation"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.cancellation")]
internal struct WireCancellation
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string? Reason;
}

[RegisterConverter]
internal sealed class CancellationConverter : IConverter<Cancellation, WireCancellation>
{
    public Cancellation ConvertFromSurrogate(in WireCancellation wire) => new()
    {
        Id = wire.Id,
        Reason = wire.Reason,
    };

    public WireCancellation ConvertToSurrogate(in Cancellation value) => new()
    {
        Id = value.Id,
        Reason = value.Reason,
    };
}
