namespace Timestone.Bench.Rest;

/// <summary>Callers that do the same.</summary>
internal sealed record LoadGroupPlan
{
    public required string Name { get; init; }

    /// <summary>enqueue, consume or bare.</summary>
    public required string Job { get; init; }

    public required string Queue { get; init; }

    public required int Callers { get; init; }

    /// <summary>Messages of a request.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Requests per second on a timetable; 0 for as many as get answered.</summary>
    public double PerSecond { get; init; }

    /// <summary>Requests per second during a burst; 0 for no bursts.</summary>
    public double BurstPerSecond { get; init; }

    public double BurstSeconds { get; init; }

    public double BurstEverySeconds { get; init; }

    /// <summary>Whether the time from an urgent enqueue to its dequeue is measured.</summary>
    public bool Probes { get; init; }
}
