using System.Text.Json;

namespace Timestone.Json;

/// <summary>
/// Streamed events as JSON. They are read as <see cref="AnswerJson"/> reads: properties that this version does not know are passed over, so
/// that newer writers may add some.
/// </summary>
public static class EventJson
{
    /// <summary>An event as UTF-8 text.</summary>
    public static byte[] Write(StreamEvent streamEvent) =>
        JsonSerializer.SerializeToUtf8Bytes(streamEvent, TimestoneJson.Default.StreamEvent);

    /// <summary>Reads what <see cref="Write"/> wrote, in this version or an older one, or in a newer one of the same schema.</summary>
    /// <exception cref="JsonException">It is no event, or one of a newer schema; the message says which, for people.</exception>
    public static StreamEvent Read(ReadOnlySpan<byte> utf8Json)
    {
        StreamEvent? read;
        try
        {
            read = JsonSerializer.Deserialize(utf8Json, AnswerJson.Default.StreamEvent);
        }
        catch (Exception problem) when (problem is JsonException or TimestoneException)
        {
            ThrowIfNewer(SchemaOf(utf8Json));
            throw new JsonException($"It is no event. {problem.Message}", problem);
        }

        ThrowIfNewer(read?.Schema);
        return read is { Schema: >= 1 } && IsWhole(read)
            ? read
            : throw new JsonException("It is no event: what its kind tells of is missing.");
    }

    private static bool IsWhole(StreamEvent read) => read.Kind switch
    {
        StreamEventKind.Transition => read.Transition is not null,
        StreamEventKind.Message => read.Message is not null,
        StreamEventKind.MessageRemoved => read.RemovedMessage is not null,
        _ => read.RemovedQueue is not null,
    };

    private static void ThrowIfNewer(int? schema)
    {
        if (schema > StreamEvent.CurrentSchema)
            throw new JsonException($"Its schema is {schema}, and {StreamEvent.CurrentSchema} is the newest that can be read here.");
    }

    // What cannot be read as an event may be one of a newer schema.
    private static int? SchemaOf(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            return
                JsonElement.TryParseValue(ref reader, out var value)
                && value is { ValueKind: JsonValueKind.Object } whole
                && whole.TryGetProperty("schema"u8, out var schema)
                && schema.ValueKind == JsonValueKind.Number
                && schema.TryGetInt32(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
