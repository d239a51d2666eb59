namespace Timestone;

/// <summary>
/// One queue in figures: its messages as they are, and what their transitions told, as far back as the index goes. A deleted queue
/// is told of while the index holds transitions of its messages.
/// </summary>
public sealed record IndexedQueueStats
{
    /// <summary>The queue's name.</summary>
    public required string Queue { get; init; }

    /// <summary>Messages in each state.</summary>
    public required StateCounts Counts { get; init; }

    /// <summary>How long messages stayed in the states that they have left, for each state that some have.</summary>
    public required IReadOnlyList<TimeInState> TimeInState { get; init; }

    /// <summary>Failures that consumers told.</summary>
    public required long Failures { get; init; }

    /// <summary>Leases that expired.</summary>
    public required long Expirations { get; init; }

    /// <summary>Dequeues of messages whose deadline had passed.</summary>
    public required long MissedDeadlines { get; init; }
}
