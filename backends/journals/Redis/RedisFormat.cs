using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>The values of a queue's keys as bytes. In step with docs/redis-journal.md.</summary>
internal static class RedisFormat
{
    /// <summary>The version of all that is here. What a reader of this one cannot read needs another.</summary>
    public const byte Version = 1;

    /// <summary>What precedes the id in a member of the pending set.</summary>
    public const int RankBytes = 2 * sizeof(long);

    // Makes the order of signed numbers that of their bytes.
    private const ulong SignFlip = 1UL << 63;

    /// <summary>A member of the pending set: its bytes are in the engine's order even where scores are equal.</summary>
    public static byte[] Member(MessageRow row) => Member(row.Priority, row.Sequence, row.Id);

    /// <summary>A member of the pending set.</summary>
    public static byte[] Member(long priority, long sequence, string id)
    {
        var member = new byte[RankBytes + Encoding.UTF8.GetByteCount(id)];
        BinaryPrimitives.WriteUInt64BigEndian(member, (ulong)priority ^ SignFlip);
        BinaryPrimitives.WriteUInt64BigEndian(member.AsSpan(sizeof(long)), (ulong)sequence ^ SignFlip);
        Encoding.UTF8.GetBytes(id, member.AsSpan(RankBytes));
        return member;
    }

    /// <summary>Reads a member of the pending set; false when it is none.</summary>
    public static bool TryReadMember(ReadOnlySpan<byte> member, out long priority, out long sequence, out string id)
    {
        (priority, sequence, id) = (0, 0, "");
        if (member.Length <= RankBytes)
            return false;
        priority = (long)(BinaryPrimitives.ReadUInt64BigEndian(member) ^ SignFlip);
        sequence = (long)(BinaryPrimitives.ReadUInt64BigEndian(member[sizeof(long)..]) ^ SignFlip);
        id = Encoding.UTF8.GetString(member[RankBytes..]);
        return true;
    }

    /// <summary>A value of the hash of rows.</summary>
    public static byte[] Row(ByteWriter writer, MessageRow row, in RowState state)
    {
        writer.Clear();
        writer.Byte(Version);
        writer.Signed(row.Sequence);
        writer.Signed(row.Priority);
        writer.Varint((uint)row.Payload.Length);
        RowWriter.State(writer, state, origin: 0);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a value of the hash of rows.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static StoredState ReadRow(RowReader parts, string id, ReadOnlySpan<byte> value)
    {
        var reader = Begin(value);
        var stored = new StoredState(id, reader.Signed(), reader.Signed(), reader.Int(), parts.State(ref reader, origin: 0));
        End(reader);
        return stored;
    }

    /// <summary>A value of the hash of payloads.</summary>
    public static byte[] Payload(ByteWriter writer, MessageRow row)
    {
        writer.Clear();
        writer.Byte(Version);
        RowWriter.Fixed(writer, row, origin: 0);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a value of the hash of payloads and joins it with its row.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static MessageRow ReadPayload(RowReader parts, in StoredState stored, ReadOnlySpan<byte> value)
    {
        var reader = Begin(value);
        var row = parts.Fixed(ref reader, stored.Id, stored.Sequence, stored.Priority, origin: 0);
        End(reader);
        row.State = stored.State;
        return row;
    }

    /// <summary>The queue's row.</summary>
    public static byte[] Queue(ByteWriter writer, QueueRow row)
    {
        writer.Clear();
        writer.Byte(Version);
        QueueRowCodec.Encode(writer, row);
        return writer.Written.ToArray();
    }

    /// <summary>Reads the queue's row.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static QueueRow ReadQueue(ReadOnlySpan<byte> value)
    {
        var reader = Begin(value);
        var row = QueueRowCodec.Decode(ref reader);
        End(reader);
        return row;
    }

    /// <summary>
    /// What a batch leaves in the outbox, behind the count of entries that may wait there and a colon; null when that is nothing.
    /// </summary>
    public static byte[]? Outbox(ByteWriter writer, QueueRow queue, ChangeBatch changes, int limit)
    {
        writer.Clear();
        foreach (var digit in limit.ToString(CultureInfo.InvariantCulture))
            writer.Byte((byte)digit);
        writer.Byte((byte)':');
        return Outbox(writer, queue, changes);
    }

    /// <summary>The entry that tells that a queue is deleted.</summary>
    public static byte[] Deletion(ByteWriter writer, QueueRow queue, ChangeBatch changes)
    {
        writer.Clear();
        return Outbox(writer, queue, changes)!;
    }

    /// <summary>Reads an entry of the outbox.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static void ReadOutbox(RowReader parts, string queue, ReadOnlySpan<byte> value, List<OutboxEntry> entries)
    {
        var reader = Begin(value);
        var createdAt = reader.Signed();
        while (!reader.AtEnd)
            entries.Add(OutboxEntryCodec.Decode(ref reader, parts, queue, createdAt));
    }

    private static byte[]? Outbox(ByteWriter writer, QueueRow queue, ChangeBatch changes)
    {
        writer.Byte(Version);
        writer.Signed(queue.CreatedAt);
        var any = false;
        foreach (var entry in OutboxEntry.Of(queue, changes))
        {
            any = true;
            OutboxEntryCodec.Encode(writer, entry);
        }

        return any ? writer.Written.ToArray() : null;
    }

    private static ByteReader Begin(ReadOnlySpan<byte> value)
    {
        var reader = new ByteReader(value);
        var version = reader.Byte();
        return version == Version ? reader : throw new InvalidDataException($"It is of version {version}, which this program cannot read.");
    }

    private static void End(ByteReader reader)
    {
        if (!reader.AtEnd)
            throw new InvalidDataException("It is too long.");
    }
}
