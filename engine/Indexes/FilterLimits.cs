namespace Timestone.Engine;

/// <summary>What bounds the indexes of filters' key sets, and the work without one. Tests make them small.</summary>
/// <param name="Indexes">Key sets that have an index as soon as one is needed; all indexes together hold no more than so many times the queue's messages.</param>
/// <param name="SparseIndexes">Key sets that have an index at most, where few messages have the keys.</param>
/// <param name="Looks">Messages that are looked at, one by one, before an index is needed.</param>
/// <param name="Rent">Looks at signatures for each message that an index would hold after which it is worth building.</param>
internal readonly record struct FilterLimits(int Indexes, int SparseIndexes, int Looks, int Rent)
{
    /// <summary>What holds outside tests.</summary>
    public static FilterLimits Default { get; } = new(Indexes: 16, SparseIndexes: 256, Looks: 1000, Rent: 32);
}
