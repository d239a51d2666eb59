namespace Timestone.Engine;

/// <summary>What bounds the indexes of filters' key sets, and the work without one. Tests make them small.</summary>
/// <param name="Indexes">Key sets that have an index as soon as one is needed, and at most so many of several keys.</param>
/// <param name="SingleKeys">Single keys that have an index at most.</param>
/// <param name="Looks">Messages that are looked at, one by one, before an index is needed; a walk over fewer signatures is short.</param>
/// <param name="Rent">Looks at signatures for each message that an index would hold after which it is worth building.</param>
/// <param name="Least">How many messages a smaller queue counts as: what is walked there is little.</param>
internal readonly record struct FilterLimits(int Indexes, int SingleKeys, int Looks, int Rent, int Least)
{
    /// <summary>What holds outside tests.</summary>
    public static FilterLimits Default { get; } = new(Indexes: 16, SingleKeys: 256, Looks: 1000, Rent: 32, Least: 4096);
}
