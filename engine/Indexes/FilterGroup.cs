namespace Timestone.Engine;

/// <summary>The messages that agree in the values of an index's keys.</summary>
internal sealed class FilterGroup(long id, Metadata sample)
{
    private readonly long[] _counts = new long[States.Count];

    public long Id { get; } = id;

    /// <summary>The metadata of one of them: it stands for all in the index's dictionary.</summary>
    public Metadata Sample { get; } = sample;

    /// <summary>How many there are, in whichever state.</summary>
    public long Total { get; private set; }

    public long CountOf(MessageState state) => _counts[(int)state];

    public void Count(MessageState state, int change)
    {
        _counts[(int)state] += change;
        Total += change;
    }
}
