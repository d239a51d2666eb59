using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A duration as whole milliseconds, none of them negative: percentiles are made of such numbers.</summary>
internal sealed class Milliseconds : JsonConverter<TimeSpan?>
{
    public override TimeSpan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromMilliseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, TimeSpan? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Max(0, value!.Value.Ticks / TimeSpan.TicksPerMillisecond));
}
