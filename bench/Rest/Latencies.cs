using System.Diagnostics;

namespace Timestone.Bench.Rest;

/// <summary>Every latency that was measured; not a histogram, as a run has a few million of them.</summary>
internal sealed class Latencies
{
    private readonly List<int> _microseconds = [];

    public int Count => _microseconds.Count;

    // A caller can take its last answer while results are gathered.
    public void Add(long ticks)
    {
        lock (_microseconds)
            _microseconds.Add((int)Math.Min(int.MaxValue, ticks * 1_000_000 / Stopwatch.Frequency));
    }

    public void Add(Latencies others)
    {
        lock (others._microseconds)
            _microseconds.AddRange(others._microseconds);
    }

    /// <summary>Percentiles in milliseconds; zeros when nothing was measured.</summary>
    public double[] Percentiles(params double[] shares)
    {
        _microseconds.Sort();
        return [.. shares.Select(share => Count == 0 ? 0 : _microseconds[(int)Math.Min(Count - 1, Math.Ceiling(share * Count))] / 1000.0)];
    }
}
