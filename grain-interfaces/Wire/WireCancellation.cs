namespace Timestone.Grains.Wire;

/// <summary><see cref="Cancellation"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.cancellation")]
internal struct WireCancellation : IConverter<Cancellation, WireCancellation>
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string? Reason;

    public readonly Cancellation ConvertFromSurrogate(in WireCancellation wire) => new()
    {
        Id = wire.Id,
        Reason = wire.Reason,
    };

    public readonly WireCancellation ConvertToSurrogate(in Cancellation value) => new()
    {
        Id = value.Id,
        Reason = value.Reason,
    };
}
