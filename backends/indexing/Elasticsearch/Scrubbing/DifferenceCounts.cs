namespace Timestone.Indexing.Elasticsearch;

/// <summary>How many differences of each kind.</summary>
/// <param name="Missing">Messages that the index lacked.</param>
/// <param name="Outdated">Messages of an earlier version.</param>
/// <param name="Changed">Messages with other contents.</param>
/// <param name="LeftOver">Messages that no queue holds.</param>
/// <param name="Transitions">Transitions that histories lacked.</param>
public sealed record DifferenceCounts(long Missing, long Outdated, long Changed, long LeftOver, long Transitions)
{
    /// <summary>None.</summary>
    public static DifferenceCounts None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>All of them together.</summary>
    public long Total => Missing + Outdated + Changed + LeftOver + Transitions;

    internal DifferenceCounts With(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Missing => this with { Missing = Missing + 1 },
        DifferenceKind.Outdated => this with { Outdated = Outdated + 1 },
        DifferenceKind.Changed => this with { Changed = Changed + 1 },
        DifferenceKind.LeftOver => this with { LeftOver = LeftOver + 1 },
        _ => this with { Transitions = Transitions + 1 },
    };
}
