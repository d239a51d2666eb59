using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// What has to be put in order: a call, or each half of a dequeue that settles first, because a dequeue that waits settles
/// when it arrives and leases when its wait ends.
/// </summary>
internal sealed class Step
{
    public required int Index { get; init; }

    public required RecordedCall Call { get; init; }

    /// <summary>What is asked: never a dequeue that settles.</summary>
    public required Command Command { get; init; }

    /// <summary>It changes nothing, whatever it finds.</summary>
    public bool IsRead => Command is GetCommand or DepthCommand || Answer is DequeueResult { Messages.Count: 0 };

    /// <summary>What was answered; null when only that it took effect is known.</summary>
    public required object? Answer { get; init; }

    /// <summary>When it took effect on the callers' clock.</summary>
    public required Interval Span { get; init; }

    /// <summary>The queue's time when it took effect.</summary>
    public Interval Time { get; set; }

    /// <summary>The half that comes before it.</summary>
    public Step? After { get; init; }

    /// <summary>The messages it names, in arguments or answer.</summary>
    public required HashSet<string> Messages { get; init; }

    /// <summary>The versions of messages that its answer shows.</summary>
    public required IReadOnlyList<(string Id, int Version)> Sights { get; init; }

    /// <summary>The messages that its answer says do not exist.</summary>
    public required IReadOnlyList<string> Missed { get; init; }

    /// <summary>Of a count: how many messages steps at the same time can have changed.</summary>
    public long Leeway { get; set; }

    /// <summary>A random number: those of a set of steps, combined, stand for the set.</summary>
    public required long Key { get; init; }

    // The list of steps that are not in order yet, by start.
    public Step? Previous { get; set; }

    public Step? Next { get; set; }

    public bool IsDone { get; set; }

    /// <summary>The steps that it was in the way of when it came before them.</summary>
    public List<Step> WaitsFor { get; } = [];

    public bool IsWaiting => WaitsFor.Exists(static step => !step.IsDone);
}
