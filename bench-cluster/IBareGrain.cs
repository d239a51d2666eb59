namespace Timestone.Bench.Cluster;

/// <summary>A grain that does nothing: what a call costs by itself.</summary>
[Alias("timestone.bench.bare")]
public interface IBareGrain : IGrainWithStringKey
{
    /// <summary>Takes nothing, answers nothing.</summary>
    [Alias("ping")]
    Task PingAsync(CancellationToken cancellationToken = default);
}
