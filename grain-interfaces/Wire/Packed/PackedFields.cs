using Timestone.Bytes;

namespace Timestone.Grains.Wire;

/// <summary>What packed records are made of.</summary>
internal static class PackedFields
{
    public static void Payload(this ByteWriter bytes, Payload payload)
    {
        bytes.Byte((byte)payload.Kind);
        if (payload.Kind != PayloadKind.None)
            bytes.Bytes(payload.Bytes.Span);
    }

    public static Payload Payload(this ref ByteReader bytes)
    {
        var kind = (PayloadKind)bytes.Byte();
        return kind == PayloadKind.None ? default : Timestone.Payload.FromStored(kind, bytes.Bytes().ToArray());
    }

    public static void Metadata(this ByteWriter bytes, Metadata metadata)
    {
        bytes.Varint((ulong)metadata.Count);
        foreach (var (key, value) in metadata.Pairs)
        {
            bytes.Text(key);
            bytes.Text(value);
        }
    }

    public static Metadata Metadata(this ref ByteReader bytes)
    {
        var count = bytes.Int();
        if (count == 0)
            return Timestone.Metadata.Empty;
        if (count > Limits.MaxMetadataPairs)
            throw new InvalidDataException("A message has more metadata than there can be.");
        var pairs = new KeyValuePair<string, string>[count];
        for (var i = 0; i < count; i++)
            pairs[i] = new(bytes.Text(), bytes.Text());
        return Timestone.Metadata.From(pairs);
    }

    public static void Time(this ByteWriter bytes, DateTimeOffset time)
    {
        bytes.Fixed64((ulong)time.UtcTicks);
        bytes.Signed(time.TotalOffsetMinutes);
    }

    public static DateTimeOffset Time(this ref ByteReader bytes) =>
        new DateTimeOffset((long)bytes.Fixed64(), TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(bytes.Signed()));

    public static void Duration(this ByteWriter bytes, TimeSpan duration) => bytes.Signed(duration.Ticks);

    public static TimeSpan Duration(this ref ByteReader bytes) => TimeSpan.FromTicks(bytes.Signed());
}
