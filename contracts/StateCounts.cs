namespace Timestone;

/// <summary>How many messages of a queue are in each state.</summary>
public sealed record StateCounts(long Invisible, long Pending, long Running, long Completed, long Canceled, long Errored);
