namespace Timestone.Grains.Wire;

/// <summary><see cref="BackoffPatch"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.backoffPatch")]
internal struct WireBackoffPatch
{
    [Id(0)]
    public BackoffKind? Kind;

    [Id(1)]
    public TimeSpan? Initial;

    [Id(2)]
    public TimeSpan? Max;
}

[RegisterConverter]
internal sealed class BackoffPatchConverter : IConverter<BackoffPatch, WireBackoffPatch>
{
    public BackoffPatch ConvertFromSurrogate(in WireBackoffPatch wire) => new()
    {
        Kind = wire.Kind,
        Initial = wire.Initial,
        Max = wire.Max,
    };

    public WireBackoffPatch ConvertToSurrogate(in BackoffPatch value) => new()
    {
        Kind = value.Kind,
        Initial = value.Initial,
        Max = value.Max,
    };
}
