using System.Runtime.InteropServices;
using System.Text;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>Encodes a batch. In step with <see cref="RowDecoder"/> and docs/file-journal.md.</summary>
internal static class RowEncoder
{
    /// <summary>The most that a new message takes beside its id, payload and metadata: numbers, lengths, its share of a frame.</summary>
    public const int MostBesideContent = 192;

    /// <summary>The body of the record of a commit.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="queue">The queue's number.</param>
    /// <param name="changes">The batch.</param>
    /// <param name="told">The queue as it is before, for the commit to be told in full; else null.</param>
    public static void Commit(ByteWriter writer, uint queue, ChangeBatch changes, QueueRow? told)
    {
        var withPayloads = told is not null && (changes.Queue ?? told).Settings.PublishPayloads;
        Head(
            writer,
            queue,
            changes.Queue,
            (changes.Deleted ? RecordFormat.Deleted : 0)
                | (told is null ? 0 : RecordFormat.Told)
                | (withPayloads ? RecordFormat.WithPayloads : 0)
        );
        if (told is not null)
            ToldFormat.WriteHead(writer, told, changes);
        var rows = CollectionsMarshal.AsSpan(changes.Rows);
        writer.Varint((ulong)rows.Length);
        if (rows.Length == 0)
            return;
        var previous = 0L;
        var origin = rows[0].At;
        writer.Signed(origin);
        foreach (ref readonly var change in rows)
        {
            writer.Byte(RecordFormat.FirstOf(change));
            writer.Signed(change.Row.Sequence - previous);
            previous = change.Row.Sequence;
            if (change.Kind is ChangeKind.Added or ChangeKind.Rewritten)
                Content(writer, change.Row, origin);
            if (change.Kind != ChangeKind.Removed)
                RowWriter.State(writer, change.State, origin);
            if (told is not null)
                ToldFormat.WriteRow(writer, in change, origin);
        }
    }

    /// <summary>The body of a record that says once more what a queue is.</summary>
    public static void Restatement(ByteWriter writer, uint queue, QueueRow row)
    {
        Head(writer, queue, row, flags: 0);
        writer.Varint(0);
    }

    /// <summary>The body of a record that removes messages of which nothing else is known, or deletes a queue.</summary>
    public static void Amendment(ByteWriter writer, uint queue, long[]? removed)
    {
        Head(writer, queue, null, removed is null ? RecordFormat.Deleted : 0);
        writer.Varint((ulong)(removed?.Length ?? 0));
        if (removed is null)
            return;
        // That a commit is not told in full is known by its origin.
        writer.Signed(1);
        var previous = 0L;
        foreach (var sequence in removed)
        {
            writer.Byte((int)ChangeKind.Removed);
            writer.Signed(sequence - previous);
            previous = sequence;
        }
    }

    /// <summary>
    /// What a message that exists counts for in the log: about what <see cref="Content"/> and a state without texts take.
    /// </summary>
    public static int LiveBytes(MessageRow row)
    {
        const int Numbers = 80;
        var bytes = Numbers + row.Id.Length + row.Payload.Length;
        foreach (var (key, value) in row.Metadata.Pairs)
            bytes += 2 + key.Length + Encoding.UTF8.GetByteCount(value);
        return bytes;
    }

    private static void Head(ByteWriter writer, uint queue, QueueRow? row, int flags)
    {
        writer.Byte(RecordFormat.Commit);
        writer.Varint(queue);
        writer.Byte((byte)((row is null ? 0 : RecordFormat.HasQueueRow) | flags));
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
