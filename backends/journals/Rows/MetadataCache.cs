using Timestone.Bytes;
namespace Timestone.Journals;

/// <summary>
/// Decodes metadata, equal ones as one object: messages of one producer mostly carry the same. A later one takes an earlier one's place.
/// </summary>
internal sealed class MetadataCache
{
    private const int Slots = 4096;
    private const int MaxCachedBytes = 256;

    private readonly (byte[]? Bytes, Metadata? Metadata)[] _slots = new (byte[]?, Metadata?)[Slots];

    /// <summary>Reads metadata as the count of pairs, then keys and values.</summary>
    public Metadata Read(ref ByteReader reader, TextCache texts)
    {
        var start = reader.Position;
        var count = Skip(ref reader);
        if (count == 0)
            return Metadata.Empty;
        var bytes = reader.Since(start);
        if (bytes.Length > MaxCachedBytes)
            return Decode(bytes, texts);
        ref var slot = ref _slots[Crc.Of(bytes) & (Slots - 1)];
        if (slot.Bytes is null || !bytes.SequenceEqual(slot.Bytes))
            slot = (bytes.ToArray(), Decode(bytes, texts));
        return slot.Metadata!;
    }

    /// <summary>Reads over metadata; answers the count of pairs.</summary>
    public static int Skip(ref ByteReader reader)
    {
        var count = reader.Int();
        for (var i = 0; i < count; i++)
        {
            reader.SkipBytes();
            reader.SkipBytes();
        }

        return count;
    }

    private static Metadata Decode(ReadOnlySpan<byte> bytes, TextCache texts)
    {
        var reader = new ByteReader(bytes);
        var pairs = new KeyValuePair<string, string>[reader.Int()];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = new(texts.Get(reader.Bytes()), texts.Get(reader.Bytes()));
        return pairs.Length == 1 ? Metadata.Of(pairs[0].Key, pairs[0].Value) : Metadata.From(pairs);
    }
}
