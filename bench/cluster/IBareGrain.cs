namespace Timestone.Bench.Cluster;

/// <summary>A grain that does nothing: what a call costs by itself.</summary>
[Alias("timestone.bench.bare")]
public interface IBareGrain : IGrainWithStringKey
{
    /// <summary>Takes nothing, answers nothing.</summary>
    [Alias("ping")]
    Task PingAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes some bytes, answers others: what a call costs that carries what a batch does.</summary>
    [Alias("carry")]
    [return: Immutable]
    Task<byte[]> CarryAsync([Immutable] byte[] bytes, CancellationToken cancellationToken = default);
}
