using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>Durations as a number of seconds, to the millisecond.</summary>
public sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    // Far beyond every limit, and well inside what a TimeSpan holds.
    private const double Largest = 1e11;

    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var seconds) || !(Math.Abs(seconds) <= Largest))
            throw new JsonException("A duration is a number of seconds.");
        return TimeSpan.FromMilliseconds((long)Math.Round(seconds * 1000));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        var milliseconds = value.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds % 1000 == 0)
            writer.WriteNumberValue(milliseconds / 1000);
        else
            writer.WriteNumberValue(milliseconds / 1000m);
    }
}
