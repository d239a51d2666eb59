namespace Timestone.Engine;

/// <summary>The dequeues that wait on one filter, in the order in which they came.</summary>
internal sealed class WaitGroup(Metadata filter)
{
    private static readonly Comparison<MessageRow> WorstFirst = static (a, b) =>
        FilterIndex.RankOf(b).Precedes(FilterIndex.RankOf(a)) ? -1 : 1;

    public Metadata Filter { get; } = filter;

    public LinkedList<DequeueCall> Calls { get; } = [];

    /// <summary>Messages that match and may be dequeueable: all there are.</summary>
    public List<MessageRow> Candidates { get; } = [];

    /// <summary>Brings the candidates into the order in which a dequeue takes them, from the end.</summary>
    public void SortCandidates()
    {
        if (Candidates.Count > 1)
            Candidates.Sort(WorstFirst);
    }
}
