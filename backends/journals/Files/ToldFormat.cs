using System.Text;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// What a commit that is told in full has beyond what recovery needs, so that who reads the log from somewhere on understands
/// it. In step with docs/file-journal.md.
/// </summary>
internal static class ToldFormat
{
    private const int HasDeadline = 8, HasFields = 16, StateBits = 7;

    /// <summary>Bytes of the numbers and lengths of a change that is told by itself in a commit of its own, at most.</summary>
    private const int MostNumbers = 64;

    /// <summary>What telling a change of a message takes at most, the head of a commit of its own included.</summary>
    public static int MostBytes(string queue, MessageRow row)
    {
        var bytes = MostNumbers + queue.Length + row.Id.Length;
        foreach (var (key, value) in row.Metadata.Pairs)
            bytes += 4 + key.Length + Encoding.UTF8.GetByteCount(value);
        return bytes;
    }

    /// <summary>The same of a message that is known only by what its id, payload and metadata take.</summary>
    public static long MostBytes(string queue, long contentBytes)
    {
        const long MostMetadata = Limits.MaxMetadataPairs * (4 + Limits.MaxMetadataKeyLength + (4 * Limits.MaxMetadataValueLength));
        return MostNumbers + queue.Length + Math.Min(contentBytes + (4 * Limits.MaxMetadataPairs), Limits.MaxIdLength + MostMetadata);
    }

    /// <summary>What follows a commit's flags and the queue's row.</summary>
    public static void WriteHead(ByteWriter writer, QueueRow queue, ChangeBatch changes)
    {
        if (changes.Queue is null)
        {
            writer.Text(queue.Name);
            writer.Signed(queue.CreatedAt);
        }

        if (changes.Deleted)
            writer.Signed(changes.DeletedAt);
    }

    /// <summary>What follows a row.</summary>
    public static void WriteRow(ByteWriter writer, in RowChange change, long origin)
    {
        var row = change.Row;
        if (change.Kind == ChangeKind.Removed)
        {
            writer.Text(row.Id);
            writer.Signed(change.At - origin);
            writer.Varint((uint)change.State.Version);
            if (!OutboxEntry.IsHistoricRemoval(change.State.State, change.Cause))
            {
                writer.Byte((byte)change.State.State);
                return;
            }

            writer.Byte((byte)((int)change.State.State | (row.Terms?.Order == OrderSource.Deadline ? HasDeadline : 0)));
            writer.Varint((uint)change.State.Attempt);
            writer.Signed(row.Priority - origin);
            writer.Signed(row.EnqueuedAt - origin);
            RowWriter.Metadata(writer, row.Metadata);
        }
        else if (change.Kind == ChangeKind.Changed && change.IsTransition)
        {
            writer.Text(row.Id);
            writer.Signed(row.Priority - origin);
            writer.Byte((byte)((int)change.From! | (row.Terms?.Order == OrderSource.Deadline ? HasDeadline : 0)));
            writer.Signed(row.EnqueuedAt - origin);
            writer.Signed(change.Since - origin);
            RowWriter.Metadata(writer, row.Metadata);
        }
    }

    /// <summary>Reads over what follows a commit's flags and the queue's row.</summary>
    public static void SkipHead(ref ByteReader reader, int flags)
    {
        if ((flags & RecordFormat.Told) == 0)
            return;
        if ((flags & RecordFormat.HasQueueRow) == 0)
        {
            reader.SkipBytes();
            reader.Varint();
        }

        if ((flags & RecordFormat.Deleted) != 0)
            reader.Varint();
    }

    /// <summary>Reads over what follows a row.</summary>
    public static void SkipRow(ref ByteReader reader, int flags, ChangeKind kind, TransitionCause? cause)
    {
        if ((flags & RecordFormat.Told) == 0)
            return;
        if (kind == ChangeKind.Removed)
        {
            reader.SkipBytes();
            reader.Varint();
            reader.Varint();
            var bits = reader.Byte();
            if (OutboxEntry.IsHistoricRemoval(StateIn(bits), cause))
            {
                reader.Varint();
                reader.Varint();
                reader.Varint();
                MetadataCache.Skip(ref reader);
            }

            RowReader.SkipFields(ref reader, HasFieldsIn(bits));
        }
        else if (IsTransition(kind, cause))
        {
            reader.SkipBytes();
            reader.Varint();
            var bits = reader.Byte();
            reader.Varint();
            reader.Varint();
            MetadataCache.Skip(ref reader);
            RowReader.SkipFields(ref reader, HasFieldsIn(bits));
        }
    }

    /// <summary>The state before a transition or a removal, of the bits of its row.</summary>
    public static MessageState StateIn(int bits) => (MessageState)(bits & StateBits);

    /// <summary>Whether the priority was given as a deadline, of the bits of a row.</summary>
    public static bool HasDeadlineIn(int bits) => (bits & HasDeadline) != 0;

    /// <summary>Whether fields follow what is told, of the bits of a row.</summary>
    public static bool HasFieldsIn(int bits) => (bits & HasFields) != 0;

    /// <summary>Whether a row of a commit that is told in full tells a transition behind its state.</summary>
    public static bool IsTransition(ChangeKind kind, TransitionCause? cause) => kind == ChangeKind.Changed && cause is not null;
}
