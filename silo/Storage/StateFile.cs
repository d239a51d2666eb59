using System.Buffers.Binary;
using System.Text;
using Timestone.Bytes;

namespace Timestone.Silo.Storage;

/// <summary>
/// What the file of one grain's state holds. The bytes: <c>TSTONGST</c>, the version of the format (1), the CRC32C of all that follows (4
/// bytes, little-endian), then the ETag and the name of the state, each as UTF-8 behind its length (2 bytes, little-endian), then the state
/// as the serializer wrote it.
/// </summary>
/// <param name="ETag">Changes with each write.</param>
/// <param name="Name">Whose state it is, which the hash in the file's name does not tell.</param>
/// <param name="State">The state, as the serializer wrote it.</param>
internal sealed record StateFile(string ETag, string Name, ReadOnlyMemory<byte> State)
{
    private const byte Version = 1;
    private static ReadOnlySpan<byte> Magic => "TSTONGST"u8;

    private static int HeaderBytes => Magic.Length + 1 + sizeof(uint);

    public byte[] Write()
    {
        var (etag, name) = (Encoding.UTF8.GetBytes(ETag), Encoding.UTF8.GetBytes(Name));
        var bytes = new byte[HeaderBytes + sizeof(ushort) + etag.Length + sizeof(ushort) + name.Length + State.Length];
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = Version;
        var rest = Put(Put(bytes.AsSpan(HeaderBytes), etag), name);
        State.Span.CopyTo(rest);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Magic.Length + 1), Crc.Of(bytes.AsSpan(HeaderBytes)));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static StateFile Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < HeaderBytes || !span.StartsWith(Magic))
            throw new InvalidDataException("it is damaged: it does not begin as a state does");
        if (span[Magic.Length] != Version)
            throw new InvalidDataException($"its format is version {span[Magic.Length]}, and this silo reads version {Version}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(span[(Magic.Length + 1)..]) != Crc.Of(span[HeaderBytes..]))
            throw new InvalidDataException("it is damaged: its checksum is wrong");
        var rest = bytes[HeaderBytes..];
        return new StateFile(Take(ref rest), Take(ref rest), rest);
    }

    private static Span<byte> Put(Span<byte> to, ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, checked((ushort)text.Length));
        text.CopyTo(to[sizeof(ushort)..]);
        return to[(sizeof(ushort) + text.Length)..];
    }

    private static string Take(ref ReadOnlyMemory<byte> from)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from.Span);
        var text = Encoding.UTF8.GetString(from.Span.Slice(sizeof(ushort), length));
        from = from[(sizeof(ushort) + length)..];
        return text;
    }
}
