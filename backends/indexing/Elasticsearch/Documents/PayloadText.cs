using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A payload that is JSON, as text: as an object its fields would be looked at.</summary>
internal sealed class PayloadText : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new RawJson(Encoding.UTF8.GetBytes(reader.GetString()!))
            : throw new JsonException("A payload is text.");

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Bytes.Span);
}
