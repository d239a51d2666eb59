namespace Timestone.Engine;

/// <summary>A lease that its consumer ended, and those before it.</summary>
/// <param name="Token">Its token.</param>
/// <param name="Action">How it was ended.</param>
/// <param name="Previous">The one before, if it is still remembered.</param>
public sealed record EndedLease(ulong Token, SettlementAction Action, EndedLease? Previous)
{
    /// <summary>The bytes that one takes in a journal.</summary>
    public const int Bytes = 9;

    /// <summary>How many are remembered for a message.</summary>
    public const int Remembered = 16;
}
