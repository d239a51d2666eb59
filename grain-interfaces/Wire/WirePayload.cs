using System.Runtime.InteropServices;

namespace Timestone.Grains.Wire;

/// <summary><see cref="Payload"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.payload")]
internal struct WirePayload
{
    [Id(0)]
    public PayloadKind Kind;

    [Id(1)]
    public byte[]? Bytes;
}

[RegisterConverter]
internal sealed class PayloadConverter : IConverter<Payload, WirePayload>
{
    public Payload ConvertFromSurrogate(in WirePayload wire) => Payload.FromStored(wire.Kind, wire.Bytes);

    public WirePayload ConvertToSurrogate(in Payload value) => new()
    {
        Kind = value.Kind,
        Bytes = value.Kind == PayloadKind.None ? null : ToArray(value.Bytes),
    };

    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } whole && whole.Length == bytes.Length ? whole : bytes.ToArray();
}
