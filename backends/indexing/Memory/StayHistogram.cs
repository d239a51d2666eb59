namespace Timestone.Indexing.Memory;

/// <summary>How long stays were, in classes each a tenth longer than the one before: any percentile to 5 %, in at most 3 KB.</summary>
internal sealed class StayHistogram
{
    private static readonly double Growth = Math.Log(1.1);
    private long[] _counts = new long[16];
    private long _total;

    public void Add(long milliseconds)
    {
        var index = milliseconds < 1 ? 0 : 1 + (int)(Math.Log(milliseconds) / Growth);
        if (index >= _counts.Length)
            Array.Resize(ref _counts, Math.Max(index + 1, 2 * _counts.Length));
        _counts[index]++;
        _total++;
    }

    public TimeInState Describe(MessageState state) => new()
    {
        State = state,
        Count = _total,
        P50 = Percentile(50),
        P95 = Percentile(95),
        P99 = Percentile(99),
    };

    /// <summary>What this many of a hundred were no longer than, to 5 %.</summary>
    public TimeSpan Percentile(int percent)
    {
        var rank = (long)Math.Ceiling(_total * (percent / 100.0));
        var index = 0;
        for (var passed = _counts[0]; passed < rank; passed += _counts[index])
            index++;

        // The middle of a class, by ratio.
        return index == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Round(Math.Exp((index - 0.5) * Growth)));
    }
}
