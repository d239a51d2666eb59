namespace Timestone.Grains.Wire;

/// <summary><see cref="RemovalCounts"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.removalCounts")]
internal struct WireRemovalCounts
{
    [Id(0)]
    public long Retention;

    [Id(1)]
    public long Purge;

    [Id(2)]
    public long Bound;
}

[RegisterConverter]
internal sealed class RemovalCountsConverter : IConverter<RemovalCounts, WireRemovalCounts>
{
    public RemovalCounts ConvertFromSurrogate(in WireRemovalCounts wire) => new(wire.Retention, wire.Purge, wire.Bound);

    public WireRemovalCounts ConvertToSurrogate(in RemovalCounts value) => new() { Retention = value.Retention, Purge = value.Purge, Bound = value.Bound };
}
