namespace Timestone.Grains.Wire;

/// <summary><see cref="IndexedWrite"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.indexedWrite")]
internal struct WireIndexedWrite
{
    [Id(0)]
    public string Queue;

    [Id(1)]
    public string Id;

    [Id(2)]
    public int Version;
}

[RegisterConverter]
internal sealed class IndexedWriteConverter : IConverter<IndexedWrite, WireIndexedWrite>
{
    public IndexedWrite ConvertFromSurrogate(in WireIndexedWrite wire) => new(wire.Queue, wire.Id, wire.Version);

    public WireIndexedWrite ConvertToSurrogate(in IndexedWrite value) => new() { Queue = value.Queue, Id = value.Id, Version = value.Version };
}
