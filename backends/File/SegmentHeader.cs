using System.Buffers.Binary;

namespace Timestone.Backends.Files;

/// <summary>The first bytes of a segment. In step with docs/file-journal.md.</summary>
internal static class SegmentHeader
{
    /// <summary>Its length.</summary>
    public const int Size = 32;

    /// <summary>The version that is written. Those before it are read.</summary>
    public const uint Version = 2;

    private static ReadOnlySpan<byte> Magic => "TSTONLOG"u8;

    /// <summary>Writes it.</summary>
    /// <param name="header"><see cref="Size"/> bytes.</param>
    /// <param name="number">The segment's number.</param>
    /// <param name="start">Which start of the journal made the segment.</param>
    public static void Write(Span<byte> header, long number, long start)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], number);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Checksum(header));
    }

    /// <summary>Whether a segment with a valid header is of an earlier version, so that what is written now must not come to stand in it.</summary>
    public static bool IsEarlier(ReadOnlySpan<byte> segment) => BinaryPrimitives.ReadUInt32LittleEndian(segment[8..]) < Version;

    /// <summary>Says what stands there.</summary>
    public static HeaderFinding Read(ReadOnlySpan<byte> segment, long number, out long start)
    {
        start = 0;
        var header = segment[..Math.Min(Size, segment.Length)];
        if (!header.ContainsAnyExcept((byte)0))
            return HeaderFinding.Zero;
        if (header.Length < Size || !header.StartsWith(Magic))
            return HeaderFinding.Damaged;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) > Version)
            return HeaderFinding.UnknownVersion;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != Checksum(header))
            return HeaderFinding.Damaged;
        if (BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != number)
            return HeaderFinding.OtherNumber;
        start = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        return HeaderFinding.Valid;
    }

    private static uint Checksum(ReadOnlySpan<byte> header) => Crc.Of(header[16..Size], Crc.Of(header[..12]));
}
