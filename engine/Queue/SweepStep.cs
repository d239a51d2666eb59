namespace Timestone.Engine;

/// <summary>What a step of a <see cref="Sweep"/> did.</summary>
/// <param name="Changed">How many messages of each state it redrove or removed.</param>
/// <param name="IsDone">Whether the sweep has ended: it covers nothing any more, or the journal lacks room.</param>
/// <param name="LacksRoom">Whether the sweep ended early, as the journal has no room.</param>
public readonly record struct SweepStep(StateCounts Changed, bool IsDone, bool LacksRoom = false);
