namespace Timestone.Events;

/// <summary>What is on its way from outboxes to the index, as it was a moment ago.</summary>
/// <param name="OutboxLag">How long the oldest commit has waited in an outbox; zero when none waits, null when that is not known.</param>
/// <param name="OutboxStill">For how long nothing has left the outboxes though something waits there; null when they do not stand
/// still.</param>
/// <param name="Positions">What is in the log of events; null where there is none, or it cannot be asked.</param>
/// <param name="Still">The partition that has stood still the longest though events wait there, and for how long; null for none.</param>
public sealed record EventBacklog(
    TimeSpan? OutboxLag,
    TimeSpan? OutboxStill,
    EventPositions? Positions,
    (PartitionPosition Partition, TimeSpan Time)? Still
);
