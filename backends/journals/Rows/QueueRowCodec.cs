using System.Text.Json;
using System.Text.Json.Serialization;
using Timestone.Bytes;
using Timestone.Engine;
using Timestone.Json;

namespace Timestone.Journals;

/// <summary>
/// Encodes and decodes a queue's row: JSON, so that a new setting needs nothing here. Properties that are not known are passed over, and
/// those that are absent have their defaults. In step with docs/file-journal.md.
/// </summary>
internal static class QueueRowCodec
{
    public static void Encode(ByteWriter writer, QueueRow row) =>
        writer.Bytes(JsonSerializer.SerializeToUtf8Bytes(row, QueueRowJson.Tolerant.QueueRow));

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static QueueRow Decode(ref ByteReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize(reader.Bytes(), QueueRowJson.Tolerant.QueueRow)
                ?? throw new InvalidDataException("A queue's row is null.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException("A queue's row is not what one is.", problem);
        }
    }
}

[JsonSerializable(typeof(QueueRow))]
internal sealed partial class QueueRowJson : JsonSerializerContext
{
    public static QueueRowJson Tolerant { get; } = new(new JsonSerializerOptions(AnswerJson.Default.Options));
}
