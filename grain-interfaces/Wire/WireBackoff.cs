namespace Timestone.Grains.Wire;

/// <summary><see cref="Backoff"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.backoff")]
internal struct WireBackoff : IConverter<Backoff, WireBackoff>
{
    [Id(0)]
    public BackoffKind Kind;

    [Id(1)]
    public TimeSpan Initial;

    [Id(2)]
    public TimeSpan Max;

    public readonly Backoff ConvertFromSurrogate(in WireBackoff wire) => new()
    {
        Kind = wire.Kind,
        Initial = wire.Initial,
        Max = wire.Max,
    };

    public readonly WireBackoff ConvertToSurrogate(in Backoff value) => new()
    {
        Kind = value.Kind,
        Initial = value.Initial,
        Max = value.Max,
    };
}
