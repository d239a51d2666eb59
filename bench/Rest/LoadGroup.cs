namespace Timestone.Bench.Rest;

/// <summary>Callers that do the same.</summary>
internal sealed class LoadGroup(IReadOnlyList<Caller> callers, ProbeLog? probes = null)
{
    public IReadOnlyList<Caller> Callers => callers;

    public LoadResult Result(double seconds)
    {
        var (latencies, bursts) = (new Latencies(), new Latencies());
        foreach (var caller in callers)
        {
            latencies.Add(caller.Latencies);
            bursts.Add(caller.BurstLatencies);
        }

        var spread = latencies.Percentiles(0.5, 0.99);
        var probe = probes?.Take().Percentiles(0.99, 1) ?? [0, 0];
        return new LoadResult(
            seconds,
            callers.Sum(static caller => caller.Messages) / seconds,
            callers.Sum(static caller => caller.Requests) / seconds,
            spread[0],
            spread[1],
            bursts.Percentiles(0.99)[0],
            probe[0],
            probe[1]);
    }
}
