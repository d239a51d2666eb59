namespace Timestone.Indexing.Elasticsearch;

/// <summary>What a comparison of the indices with the queues has found and done.</summary>
public sealed record ScrubReport
{
    /// <summary>Queues compared, those that only the index knows too.</summary>
    public long Queues { get; init; }

    /// <summary>Messages compared.</summary>
    public long Messages { get; init; }

    /// <summary>What differed.</summary>
    public DifferenceCounts Found { get; init; } = DifferenceCounts.None;

    /// <summary>What of that is right now.</summary>
    public DifferenceCounts Repaired { get; init; } = DifferenceCounts.None;

    /// <summary>Messages that could not be judged, since the index did not catch up in time, or changed under the look.</summary>
    public long Undecided { get; init; }

    /// <summary>Messages whose comparison failed; the next comparison tries again.</summary>
    public long Failed { get; init; }

    /// <summary>Which message of those was the last, and why: a sentence for people. Null where none was.</summary>
    public string? Failure { get; init; }

    /// <summary>Queues that could not be read; the next comparison tries again.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    internal ScrubReport With(Difference difference) => this with
    {
        Found = Found.With(difference.Kind),
        Repaired = difference.IsRepaired ? Repaired.With(difference.Kind) : Repaired,
    };
}
