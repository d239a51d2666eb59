namespace Timestone.Tests.Reference;

/// <summary>
/// A walk of <see cref="ReferenceQueue"/> over what was in some states when it began: it keeps a list of these messages, and crosses out
/// what leaves the states or is redriven.
/// </summary>
internal sealed class ReferenceSweep(SweepCommand command, MessageState[] states, IEnumerable<ReferenceMessage> messages, long lastSequence)
{
    public bool Redrives => command.Redrives;

    public int StepSize => command.StepSize;

    public MessageState[] States { get; } = states;

    /// <summary>The last message enqueued before it began.</summary>
    public long LastSequence { get; } = lastSequence;

    /// <summary>What it covers, with the state in which it found each.</summary>
    public Dictionary<ReferenceMessage, MessageState> Covered { get; } =
        messages.Where(message => states.Contains(message.State)).ToDictionary(message => message, message => message.State);

    /// <summary>What was looked at last.</summary>
    public (MessageState State, long Rank, long Sequence) At { get; set; } = (default, long.MinValue, long.MinValue);
}
