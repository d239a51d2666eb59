namespace Timestone.Engine;

/// <summary>
/// 64 bits for each message, by slot, that tell of nearly every message that a filter does not match it. They lie side by side, so a look
/// costs a few nanoseconds; the message itself, far away in memory, costs a hundred. One in about thirty that does not match a pair looks
/// as if it did, so whoever asks looks at the message then.
/// </summary>
internal sealed class Signatures
{
    private readonly GrowingArray<ulong> _bits = new();

    /// <summary>The bits of a message's metadata; or those that a message must have for a filter to match it.</summary>
    public static ulong Of(Metadata metadata)
    {
        var bits = 0UL;
        foreach (var (key, value) in metadata.Pairs)
        {
            var ofKey = key.GetHashCode(StringComparison.Ordinal);
            var ofPair = (uint)HashCode.Combine(ofKey, value.GetHashCode(StringComparison.Ordinal));
            bits |= Bit((uint)ofKey) | Bit(ofPair) | Bit(ofPair >> 6);
        }

        return bits;
    }

    /// <summary>The bits that a message must have to have all keys of a filter, whatever the values.</summary>
    public static ulong OfKeys(Metadata filter)
    {
        var bits = 0UL;
        foreach (var (key, _) in filter.Pairs)
            bits |= Bit((uint)key.GetHashCode(StringComparison.Ordinal));
        return bits;
    }

    public void Set(MessageRow row)
    {
        while (row.Slot >= _bits.Length)
            _bits.Double();
        _bits[row.Slot] = Of(row.Metadata);
    }

    public bool MayHave(int slot, ulong bits) => (_bits[slot] & bits) == bits;

    private static ulong Bit(uint hash) => 1UL << (int)(hash & 63);
}
