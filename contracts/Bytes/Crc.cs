using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Timestone.Bytes;

/// <summary>CRC32C by the processor's instruction, eight bytes at a time.</summary>
internal static class Crc
{
    /// <summary>Continues a checksum over more bytes; starts one with <paramref name="seed"/> where it is none yet.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
