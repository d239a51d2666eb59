using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>Decodes the rows of a batch. In step with <see cref="RowEncoder"/> and docs/file-journal.md.</summary>
internal sealed class RowDecoder
{
    private readonly RowReader _parts = new();

    /// <summary>The parts that journals share.</summary>
    public RowReader Parts => _parts;

    /// <summary>A message's content and state.</summary>
    public MessageRow Content(ref ByteReader reader, long sequence, long origin, bool withPayload = true)
    {
        var id = reader.Text();
        var priority = origin + reader.Signed();
        var row = _parts.Fixed(ref reader, id, sequence, priority, origin, withPayload);
        row.State = State(ref reader, origin);
        return row;
    }

    /// <summary>A state alone.</summary>
    public RowState State(ref ByteReader reader, long origin) => _parts.State(ref reader, origin);

    /// <summary>Reads over a content and its state.</summary>
    public static void SkipContent(ref ByteReader reader)
    {
        reader.SkipBytes();
        reader.Varint();
        RowReader.SkipFixed(ref reader);
        SkipState(ref reader);
    }

    /// <summary>Reads over a state.</summary>
    public static void SkipState(ref ByteReader reader) => RowReader.SkipState(ref reader);
}
