using System.Runtime.InteropServices;

namespace Timestone.Journals;

/// <summary>A set of message sequences, one bit each and a dictionary entry for 64 neighbours: about half a byte a message.</summary>
internal sealed class SequenceSet
{
    private readonly Dictionary<long, ulong> _words = [];

    /// <summary>How many sequences it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it holds a sequence.</summary>
    public bool Contains(long sequence) => _words.TryGetValue(sequence >> 6, out var word) && (word & Bit(sequence)) != 0;

    /// <summary>Adds a sequence; whether it is new.</summary>
    public bool Add(long sequence)
    {
        ref var word = ref CollectionsMarshal.GetValueRefOrAddDefault(_words, sequence >> 6, out _);
        if ((word & Bit(sequence)) != 0)
            return false;
        word |= Bit(sequence);
        Count++;
        return true;
    }

    /// <summary>Removes a sequence; whether it was there.</summary>
    public bool Remove(long sequence)
    {
        if (!_words.TryGetValue(sequence >> 6, out var word) || (word & Bit(sequence)) == 0)
            return false;
        word &= ~Bit(sequence);
        if (word == 0)
            _words.Remove(sequence >> 6);
        else
            _words[sequence >> 6] = word;
        Count--;
        return true;
    }

    private static ulong Bit(long sequence) => 1UL << (int)(sequence & 63);
}
