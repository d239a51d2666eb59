namespace Timestone.Backends.Files;

/// <summary>What messages count for, of one queue or of all; also a difference between two such counts.</summary>
/// <param name="Stored">Messages.</param>
/// <param name="Live">Those of them that have not ended.</param>
/// <param name="Running">Those of them that are running.</param>
/// <param name="Bytes">What the messages would take in a log that held nothing else.</param>
/// <param name="Told">What telling what is still to happen to them takes, beyond what else that takes; 0 where commits are not told in full.</param>
internal readonly record struct Tally(long Stored, long Live, long Running, long Bytes, long Told)
{
    /// <summary>What one message counts for.</summary>
    public static Tally Of(MessageState state, long bytes, long told) => InState(state, told) + new Tally(1, 0, 0, bytes, told);

    /// <summary>What being in a state counts for.</summary>
    public static Tally InState(MessageState state, long told)
    {
        var (live, running) = (state <= MessageState.Running ? 1 : 0, state == MessageState.Running ? 1 : 0);
        return new(0, live, running, 0, told * (live + running));
    }

    public static Tally operator +(Tally a, Tally b) => new(a.Stored + b.Stored, a.Live + b.Live, a.Running + b.Running, a.Bytes + b.Bytes, a.Told + b.Told);

    public static Tally operator -(Tally a, Tally b) => new(a.Stored - b.Stored, a.Live - b.Live, a.Running - b.Running, a.Bytes - b.Bytes, a.Told - b.Told);
}
