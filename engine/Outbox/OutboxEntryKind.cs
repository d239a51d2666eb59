namespace Timestone.Engine;

/// <summary>What an entry of the outbox tells.</summary>
public enum OutboxEntryKind
{
    /// <summary>A message has made a transition.</summary>
    Transition = 0,

    /// <summary>
    /// A message stands as it says; how it came there is not told. Met only by readers that begin with the earliest that the journal holds.
    /// </summary>
    Restated = 1,

    /// <summary>A message is gone: retired or purged.</summary>
    Removed = 2,

    /// <summary>A queue is gone with all its messages.</summary>
    QueueDeleted = 3,
}
