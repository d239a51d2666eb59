using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Timestone.Bytes;

/// <summary>Decodes what <see cref="ByteWriter"/> wrote.</summary>
/// <remarks>Throws <see cref="InvalidDataException"/> where bytes end too early or mean nothing.</remarks>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>The bytes read since a position.</summary>
    public readonly ReadOnlySpan<byte> Since(int position) => _bytes[position..Position];

    /// <summary>One byte.</summary>
    public byte Byte()
    {
        if (Position >= _bytes.Length)
            throw TooShort();
        return _bytes[Position++];
    }

    /// <summary>Eight bytes.</summary>
    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Raw(sizeof(ulong)));

    /// <summary>A number that is mostly small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        var first = Byte();
        return first < 0x80 ? first : LongVarint(first);
    }

    /// <summary>A number that is mostly near zero.</summary>
    public long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number that fits an int.</summary>
    public int Int()
    {
        var value = Varint();
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException("A count is out of range.");
    }

    /// <summary>Bytes after their count.</summary>
    public ReadOnlySpan<byte> Bytes() => Raw(Int());

    /// <summary>Bytes or null.</summary>
    public byte[]? OptionalBytes()
    {
        var count = Int();
        return count == 0 ? null : Raw(count - 1).ToArray();
    }

    /// <summary>Text after the count of its bytes.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Text or null; text met before comes from the cache.</summary>
    public string? OptionalText(TextCache? cache = null)
    {
        var count = Int();
        if (count == 0)
            return null;
        var utf8 = Raw(count - 1);
        return cache is null ? Encoding.UTF8.GetString(utf8) : cache.Get(utf8);
    }

    /// <summary>Reads over bytes or text.</summary>
    public void SkipBytes() => Raw(Int());

    /// <summary>Reads over optional bytes or text.</summary>
    public void SkipOptional() => Raw(Math.Max(0, Int() - 1));

    /// <summary>Reads over a count of bytes.</summary>
    public ReadOnlySpan<byte> Raw(int count)
    {
        if (count > _bytes.Length - Position)
            throw TooShort();
        var raw = _bytes.Slice(Position, count);
        Position += count;
        return raw;
    }

    private ulong LongVarint(byte first)
    {
        var value = (ulong)(first & 0x7f);
        for (var shift = 7; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("A number has too many bytes.");
    }

    private static InvalidDataException TooShort() => new("A record ends too early.");
}
