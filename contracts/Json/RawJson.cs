using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>One JSON value as the bytes it came in; the default is "not given".</summary>
/// <param name="Bytes">Its UTF-8 text; empty when not given.</param>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The value that a payload is, if it is JSON.</summary>
    public static RawJson Of(Payload payload) => payload.Kind == PayloadKind.Json ? new RawJson(payload.Bytes) : default;

    /// <summary>The value as a payload.</summary>
    public Payload ToPayload() => Bytes.IsEmpty ? default : Payload.FromStored(PayloadKind.Json, Bytes);
}
