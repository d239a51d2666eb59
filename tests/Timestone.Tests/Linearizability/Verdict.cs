using System.Text;

namespace Timestone.Tests.Linearizability;

/// <summary>What the checker found.</summary>
internal sealed record Verdict
{
    /// <summary>There is an order of the calls that explains every answer.</summary>
    public required bool IsLinearizable { get; init; }

    /// <summary>False when the search was given up: then there may be such an order.</summary>
    public bool IsDecided { get; init; } = true;

    /// <summary>How many trials of a call it took.</summary>
    public required long Trials { get; init; }

    /// <summary>Of a violation: how many calls could be put in order.</summary>
    public int Ordered { get; init; }

    /// <summary>Of a violation: the calls of which one would have to come next and none can, and why.</summary>
    public IReadOnlyList<(RecordedCall Call, Obstacle Why)> Window { get; init; } = [];

    /// <summary>Of a violation: what happened last to the messages in question, in the order that was found.</summary>
    public IReadOnlyList<RecordedCall> Before { get; init; } = [];

    /// <summary>For people.</summary>
    public override string ToString()
    {
        if (IsLinearizable)
            return $"Linearizable ({Trials} trials).";
        var text = new StringBuilder(IsDecided ? "Not linearizable: " : "Undecided, the search was given up: ");
        text.AppendLine($"{Ordered} calls were put in order; none of these can come next ({Trials} trials):");
        foreach (var (call, why) in Window)
            text.AppendLine($"  {call}").AppendLine($"      but {why}");
        if (Before.Count > 0)
            text.AppendLine("What happened before to the messages in question:");
        foreach (var call in Before)
            text.AppendLine($"  {call}");
        return text.ToString();
    }
}
