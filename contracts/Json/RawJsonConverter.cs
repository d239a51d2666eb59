using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>Takes one JSON value as it stands and gives it back as it stood.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <summary>A null is a value here, not an absence.</summary>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)).ToArray());

    /// <inheritdoc/>
    /// <remarks>Not checked again: the bytes were JSON when they came in.</remarks>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
}
