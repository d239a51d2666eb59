using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>Times as RFC 3339 text: written in UTC to the millisecond, read as <see cref="Rfc3339"/> says.</summary>
public sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    private const int Length = 24;
    private const int RoundTripLength = 28;
    private const int MostOnStack = 64;

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Unescaped text is no longer than its bytes.
        Span<char> buffer = stackalloc char[MostOnStack];
        ReadOnlySpan<char> text = reader.TokenType != JsonTokenType.String ? default
            : !reader.HasValueSequence && reader.ValueSpan.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)]
            : reader.GetString();
        return Rfc3339.TryParse(text, out var time) ? time : throw new JsonException($"A time is {Rfc3339.Rule}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // The round-trip format is written several times as fast as one of one's own; it has seven digits of seconds.
        Span<byte> text = stackalloc byte[RoundTripLength];
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[Length - 1] = (byte)'Z';
        writer.WriteStringValue(text[..Length]);
    }
}
