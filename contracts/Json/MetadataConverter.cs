using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>Metadata as a JSON object of strings.</summary>
public sealed class MetadataConverter : JsonConverter<Metadata>
{
    /// <inheritdoc/>
    public override Metadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Metadata is an object of strings.");
        List<KeyValuePair<string, string>>? pairs = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException($"The metadata value of '{key.Cut()}' is not a string.");

            // One too many is enough to be refused for.
            pairs ??= new(Limits.MaxMetadataPairs);
            if (pairs.Count <= Limits.MaxMetadataPairs)
                pairs.Add(new(key, reader.GetString()!));
        }

        return pairs is null ? Metadata.Empty : Metadata.From(pairs);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Metadata value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value.Pairs)
            writer.WriteString(key, text);
        writer.WriteEndObject();
    }
}
