using System.Buffers.Binary;
using Timestone.Bytes;

namespace Timestone.Journals.Files;

/// <summary>The first bytes of a segment. In step with docs/file-journal.md.</summary>
/// <param name="Number">The segment's number.</param>
/// <param name="Start">Which start of the journal made it.</param>
/// <param name="PreviousEnd">Where the segment before it ends; 0 where there was none.</param>
/// <param name="PreviousChecksum">The chain's checksum there.</param>
internal readonly record struct SegmentHeader(long Number, long Start, long PreviousEnd, uint PreviousChecksum)
{
    /// <summary>Its length.</summary>
    public const int Size = 48;

    /// <summary>The version that is written and read.</summary>
    public const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "TSTONLOG"u8;

    /// <summary>Writes it.</summary>
    /// <param name="header"><see cref="Size"/> bytes.</param>
    public void Write(Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], Start);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], PreviousEnd);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], PreviousChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Checksum(header));
    }

    /// <summary>Says what stands there.</summary>
    public static HeaderFinding Read(ReadOnlySpan<byte> segment, long number, out SegmentHeader found)
    {
        found = default;
        var header = segment[..Math.Min(Size, segment.Length)];
        if (!header.ContainsAnyExcept((byte)0))
            return HeaderFinding.Zero;
        if (header.Length < Size || !header.StartsWith(Magic))
            return HeaderFinding.Damaged;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != Version)
            return HeaderFinding.UnknownVersion;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != Checksum(header))
            return HeaderFinding.Damaged;
        found = new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            (uint)BinaryPrimitives.ReadInt64LittleEndian(header[40..]));
        return found.Number == number ? HeaderFinding.Valid : HeaderFinding.OtherNumber;
    }

    /// <summary>The checksum of a header, itself left out.</summary>
    public static uint Checksum(ReadOnlySpan<byte> header) => Crc.Of(header[16..Size], Crc.Of(header[..12]));
}
