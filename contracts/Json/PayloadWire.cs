using System.Runtime.InteropServices;

namespace Timestone.Json;

/// <summary>One payload as the two fields that carry it on the wire: <c>payload</c> and <c>payloadBase64</c>.</summary>
internal static class PayloadWire
{
    public static byte[]? Base64Of(Payload payload) => payload.Kind == PayloadKind.Bytes ? ArrayOf(payload.Bytes) : null;

    public static Payload Take(Payload given, RawJson json) => json.Bytes.IsEmpty ? given : Once(given, json.ToPayload());

    public static Payload Take(Payload given, byte[]? bytes) =>
        bytes is null ? given : Once(given, Payload.FromStored(PayloadKind.Bytes, bytes));

    private static Payload Once(Payload given, Payload taken) => given.Kind == PayloadKind.None
        ? taken
        : throw Validation.Invalid("payload", "Give payload or payloadBase64, not both, and only once.");

    private static byte[] ArrayOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Array!.Length == segment.Count
            ? segment.Array
            : bytes.ToArray();
}
