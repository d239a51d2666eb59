using System.Runtime.InteropServices;
using System.Text;
using Timestone.Engine;

namespace Timestone.Backends.Files;

/// <summary>Encodes a batch. In step with <see cref="RowDecoder"/> and docs/file-journal.md.</summary>
internal static class RowEncoder
{
    /// <summary>The most that a new message takes beside its id, payload and metadata: numbers, lengths, its share of a frame.</summary>
    public const int MostBesideContent = 192;

    /// <summary>The body of the record of a commit.</summary>
    public static void Commit(ByteWriter writer, uint queue, ChangeBatch changes)
    {
        Head(writer, queue, changes.Queue, changes.Deleted);
        var rows = CollectionsMarshal.AsSpan(changes.Rows);
        writer.Varint((ulong)rows.Length);
        if (rows.Length == 0)
            return;
        var previous = 0L;
        var origin = rows[0].At;
        writer.Signed(origin);
        foreach (ref readonly var change in rows)
        {
            writer.Byte((byte)((int)change.Kind | ((int)change.Cause << RecordFormat.CauseShift)));
            writer.Signed(change.Row.Sequence - previous);
            previous = change.Row.Sequence;
            if (change.Kind == ChangeKind.Removed)
                continue;
            if (change.Kind != ChangeKind.Changed)
                Content(writer, change.Row, origin);
            RowWriter.State(writer, change.State, origin);
        }
    }

    /// <summary>The body of a record that says once more what a queue is.</summary>
    public static void Restatement(ByteWriter writer, uint queue, QueueRow row)
    {
        Head(writer, queue, row, deleted: false);
        writer.Varint(0);
    }

    /// <summary>What a message that exists counts for in the log: about what <see cref="Content"/> and a plain state take.</summary>
    public static int LiveBytes(MessageRow row)
    {
        const int Numbers = 48;
        var bytes = Numbers + row.Id.Length + row.Payload.Length;
        foreach (var (key, value) in row.Metadata.Pairs)
            bytes += 2 + key.Length + Encoding.UTF8.GetByteCount(value);
        return bytes;
    }

    private static void Head(ByteWriter writer, uint queue, QueueRow? row, bool deleted)
    {
        writer.Byte(RecordFormat.Commit);
        writer.Varint(queue);
        writer.Byte((byte)((row is null ? 0 : RecordFormat.HasQueueRow) | (deleted ? RecordFormat.Deleted : 0)));
        if (row is not null)
            QueueRowCodec.Encode(writer, row);
    }

    private static void Content(ByteWriter writer, MessageRow row, long origin)
    {
        writer.Text(row.Id);
        writer.Signed(row.Priority - origin);
        RowWriter.Fixed(writer, row, origin);
    }
}
