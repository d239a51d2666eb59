namespace Timestone.Engine;

/// <summary>What a store's own clock says, as closely as its owner knows: the store said it in an answer, which took a while.</summary>
/// <param name="Earliest">It is no earlier, in Unix milliseconds.</param>
/// <param name="Latest">It is no later, in Unix milliseconds.</param>
public readonly record struct StoreTime(long Earliest, long Latest);
