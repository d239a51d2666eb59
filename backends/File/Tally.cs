namespace Timestone.Backends.Files;

/// <summary>What messages count for, of one queue or of all; also a difference between two such counts.</summary>
/// <param name="Stored">Messages.</param>
/// <param name="Live">Those of them that have not ended.</param>
/// <param name="Running">Those of them that are running.</param>
/// <param name="Bytes">What the messages would take in a log that held nothing else.</param>
internal readonly record struct Tally(long Stored, long Live, long Running, long Bytes)
{
    /// <summary>What one message counts for.</summary>
    public static Tally Of(MessageState state, long bytes) => InState(state) with { Stored = 1, Bytes = bytes };

    /// <summary>What being in a state counts for.</summary>
    public static Tally InState(MessageState state) =>
        new(0, state <= MessageState.Running ? 1 : 0, state == MessageState.Running ? 1 : 0, 0);

    public static Tally operator +(Tally a, Tally b) => new(a.Stored + b.Stored, a.Live + b.Live, a.Running + b.Running, a.Bytes + b.Bytes);

    public static Tally operator -(Tally a, Tally b) => new(a.Stored - b.Stored, a.Live - b.Live, a.Running - b.Running, a.Bytes - b.Bytes);
}
