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
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // The text of a scalar is at hand; only of the rest need the extent be found, by way of a document.
        if (!reader.HasValueSequence)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    var quoted = new byte[reader.ValueSpan.Length + 2];
                    quoted[0] = quoted[^1] = (byte)'"';
                    reader.ValueSpan.CopyTo(quoted.AsSpan(1));
                    return new(quoted);
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                    return new(reader.ValueSpan.ToArray());
            }
        }

        var value = JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader));
        return RawJson.IsTooDeep(value) ? throw new JsonException(RawJson.TooDeep) : new(value.ToArray());
    }

    /// <inheritdoc/>
    /// <remarks>Not checked again: the bytes were JSON when they came in.</remarks>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
}
