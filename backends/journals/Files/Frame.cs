using System.Buffers.Binary;
using Timestone.Bytes;

namespace Timestone.Journals.Files;

/// <summary>
/// What precedes the body of each record. In step with docs/file-journal.md.
/// <code>
/// 0   length of the body in bytes, never 0
/// 4   durable before: everything before this offset of the segment was durable when this record was written
/// 8   CRC32C of the body
/// 12  CRC32C of the twelve bytes above, continued from that of the segment's number
/// </code>
/// A body's checksum is made by the committing thread; the writer, which knows where the record comes to stand, adds the rest.
/// </summary>
internal static class Frame
{
    /// <summary>Its length.</summary>
    public const int Size = 16;

    /// <summary>Fills in what the body decides.</summary>
    /// <param name="record">Room for the frame, and the body.</param>
    public static void Close(Span<byte> record)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - Size));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Crc.Of(record[Size..]));
    }

    /// <summary>Fills in what its place decides.</summary>
    public static void Place(Span<byte> record, long segment, long durableBefore)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)durableBefore);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], Checksum(record, segment));
    }

    /// <summary>Reads the record at the beginning of some bytes; false when no whole record stands there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long segment, out ReadOnlySpan<byte> body, out long durableBefore)
    {
        body = default;
        durableBefore = 0;
        if (bytes.Length <= Size)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length == 0 || length > bytes.Length - Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Checksum(bytes, segment))
            return false;
        body = bytes.Slice(Size, (int)length);
        durableBefore = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Crc.Of(body);
    }

    private static uint Checksum(ReadOnlySpan<byte> record, long segment)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, segment);
        return Crc.Of(record[..12], Crc.Of(number));
    }
}
