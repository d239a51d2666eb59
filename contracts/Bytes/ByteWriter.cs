using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Timestone.Bytes;

/// <summary>Encodes into a pooled buffer that grows: little-endian, varints of seven bits a byte, text as its length and UTF-8.</summary>
internal sealed class ByteWriter
{
    private const int MaxVarint = 10;
    private const int MaxLength = 1024 * 1024 * 1024;

    // What a buffer that is not in use may keep for itself; larger ones go back to the pool.
    private const int MaxKept = 1024 * 1024;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>What was written.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Makes it empty.</summary>
    public void Clear() => _length = 0;

    /// <summary>Makes it empty and gives back a buffer that is unusually large.</summary>
    public void Release()
    {
        _length = 0;
        if (_buffer.Length <= MaxKept)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Leaves bytes for what is known only later.</summary>
    public void Skip(int count)
    {
        Ensure(count);
        _length += count;
    }

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        Ensure(1);
        _buffer[_length++] = value;
    }

    /// <summary>Eight bytes.</summary>
    public void Fixed64(ulong value)
    {
        Ensure(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    /// <summary>A number that is mostly small.</summary>
    public void Varint(ulong value)
    {
        Ensure(MaxVarint);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_length++] = (byte)value;
    }

    /// <summary>A number that is mostly near zero, on either side.</summary>
    public void Signed(long value) => Varint((ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Bytes after their count.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>Bytes after their count plus one; zero says null.</summary>
    public void OptionalBytes(byte[]? bytes)
    {
        Varint(bytes is null ? 0 : (ulong)bytes.Length + 1);
        Raw(bytes);
    }

    /// <summary>Text after the count of its bytes.</summary>
    public void Text(string text) => Text(text, 0);

    /// <summary>Text after the count of its bytes plus one; zero says null.</summary>
    public void OptionalText(string? text)
    {
        if (text is null)
            Byte(0);
        else
            Text(text, 1);
    }

    private void Text(string text, uint bias)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Varint((uint)count + bias);
        Ensure(count);
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Ensure(int count)
    {
        if (_buffer.Length - _length >= count)
            return;
        if ((long)_length + count > MaxLength)
            throw new IOException("A commit of more than 1 GiB is too large for the journal.");
        var larger = ArrayPool<byte>.Shared.Rent(
            (int)Math.Min(MaxLength, Math.Max(Math.Max(512, 2L * _buffer.Length), (long)_length + count))
        );
        Written.CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
