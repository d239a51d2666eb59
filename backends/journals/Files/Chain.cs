using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>
/// The running checksum of a segment: of its header, which holds that of the segment before, and of the frames of its records,
/// which hold those of their bodies. So one number stands for the whole log up to an offset.
/// </summary>
/// <remarks>A frame's own checksum is left out: a CRC over something and its CRC behind it is the same whatever it is.</remarks>
internal static class Chain
{
    /// <summary>Behind a header.</summary>
    public static uint Begin(ReadOnlySpan<byte> header) => SegmentHeader.Checksum(header);

    /// <summary>Behind one more record.</summary>
    /// <param name="checksum">What it was before.</param>
    /// <param name="record">The record, whose frame is complete.</param>
    public static uint Add(uint checksum, ReadOnlySpan<byte> record) => Crc.Of(record[..(Frame.Size - sizeof(uint))], checksum);
}
