using System.Numerics;
using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Remembers lives in a few bits each (a Bloom filter): what it does not know was never added. Now and then it says that it knows one that
/// was not added, and never the same ones in two filters.
/// </summary>
/// <param name="lives">About how many will be added.</param>
internal sealed class LifeFilter(long lives)
{
    // 16 MB at the most.
    private const long LeastBits = 1 << 16, MostBits = 1 << 27, BitsPerLife = 16;

    private readonly ulong[] _bits = new ulong[
        (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(lives * BitsPerLife, LeastBits, MostBits)) / 64
    ];
    private readonly long _salt = Random.Shared.NextInt64();

    public void Add(LifeId life)
    {
        var (one, other) = Places(life);
        _bits[one / 64] |= 1UL << (int)(one % 64);
        _bits[other / 64] |= 1UL << (int)(other % 64);
    }

    public bool Contains(LifeId life)
    {
        var (one, other) = Places(life);
        return (_bits[one / 64] >> (int)(one % 64) & _bits[other / 64] >> (int)(other % 64) & 1) != 0;
    }

    private (ulong One, ulong Other) Places(LifeId life)
    {
        var mixed = Mix((ulong)life.Sequence ^ Mix((ulong)(life.QueueCreatedAt ^ _salt)));
        var mask = ((ulong)_bits.Length * 64) - 1;
        return (mixed & mask, (mixed >> 32) & mask);
    }

    // The finalizer of SplitMix64.
    private static ulong Mix(ulong number)
    {
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }
}
