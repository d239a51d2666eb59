namespace Timestone.Engine;

/// <summary>A walk over the messages that were in a state when it began, done in steps so that no step is long.</summary>
/// <param name="State">The state.</param>
/// <param name="Bound">Messages enqueued at or after this sequence are passed over.</param>
/// <param name="From">Where the next step begins.</param>
/// <param name="Done">Whether it has reached the end.</param>
/// <param name="Count">How many messages it has changed so far.</param>
/// <param name="LacksRoom">Whether it ended early, as the journal has no room.</param>
public readonly record struct Sweep(MessageState State, long Bound, Rank From, bool Done, long Count, bool LacksRoom = false)
{
    /// <summary>Messages that a step looks at.</summary>
    public const int StepSize = 1000;
}
