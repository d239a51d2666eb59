namespace Timestone.Engine;

/// <summary>What a journal has room for.</summary>
public enum JournalRoom
{
    /// <summary>Everything.</summary>
    Ample = 0,

    /// <summary>No new messages; those that it holds can still be worked on.</summary>
    NoEnqueue = 1,

    /// <summary>Only what ends a message: no new messages and no new leases.</summary>
    SettleOnly = 2,
}
