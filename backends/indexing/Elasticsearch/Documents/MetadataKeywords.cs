using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Metadata as one field of keywords, <c>key=value</c> each, and not as an object: keys are the users' and hold dots, which Elasticsearch
/// would take for objects in objects. No key holds an equals sign, so that equality of the text is that of the pair.
/// </summary>
internal sealed class MetadataKeywords : JsonConverter<Metadata>
{
    /// <summary>The keyword of a pair.</summary>
    public static string Of(string key, string value) => $"{key}={value}";

    public override Metadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Metadata is an array of keywords.");
        var pairs = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            var pair = reader.GetString()!;
            var end = pair.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(end < 0 ? throw new JsonException("A keyword of metadata is key=value.") : new(pair[..end], pair[(end + 1)..]));
        }

        return reader.TokenType == JsonTokenType.EndArray ? Metadata.From(pairs) : throw new JsonException("A keyword is a string.");
    }

    public override void Write(Utf8JsonWriter writer, Metadata value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var (key, text) in value.Pairs)
            writer.WriteStringValue(Of(key, text));
        writer.WriteEndArray();
    }
}
