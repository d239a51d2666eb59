using System.Text.Json;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>
/// Refuses a batch of far too many items before they are parsed: as objects they take up to fifty times the bytes of their JSON.
/// </summary>
internal static class BatchBound
{
    // Whatever has fewer has no more items than these, and is parsed without being looked through first.
    private const int FewCommas = 100_000;

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it holds more than <see cref="Limits.MaxBatch"/>
    /// items.</exception>
    public static void Check(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.Count((byte)',') < FewCommas)
            return;
        try
        {
            var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = RawJson.MostLevels });
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                var batch = BatchAt(reader);
                reader.Read();
                if (batch is not null && reader.TokenType == JsonTokenType.StartArray)
                    CheckItems(ref reader, batch);
                else
                    reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Whoever parses it says what is wrong with it.
        }
    }

    private static string? BatchAt(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("messages"u8) ? "messages"
        : reader.ValueTextEquals("items"u8) ? "items"
        : reader.ValueTextEquals("settle"u8) ? "settle"
        : reader.ValueTextEquals("leases"u8) ? "leases"
        : null;

    private static void CheckItems(ref Utf8JsonReader reader, string batch)
    {
        for (var items = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; reader.Skip())
        {
            if (++items > Limits.MaxBatch)
                throw Validation.WrongBatch(batch);
        }
    }
}
