namespace Timestone.Grains.Wire;

/// <summary><see cref="Backoff"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.backoff")]
internal struct WireBackoff
{
    [Id(0)]
    public BackoffKind Kind;

    [Id(1)]
    public TimeSpan Initial;

    [Id(2)]
    public TimeSpan Max;
}

[RegisterConverter]
internal sealed class BackoffConverter : IConverter<Backoff, WireBackoff>
{
    public Backoff ConvertFromSurrogate(in WireBackoff wire) => new()
    {
        Kind = wire.Kind,
        Initial = wire.Initial,
        Max = wire.Max,
    };

    public WireBackoff ConvertToSurrogate(in Backoff value) => new()
    {
        Kind = value.Kind,
        Initial = value.Initial,
        Max = value.Max,
    };
}
