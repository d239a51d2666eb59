using Orleans.Concurrency;

namespace Timestone.Bench.Cluster;

[Reentrant]
internal sealed class BareGrain : Grain, IBareGrain
{
    // What the results of a batch take on the wire, of messages that came without ids.
    private static readonly byte[] Answer = new byte[GrainBench.Batch * 38];

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<byte[]> CarryAsync(byte[] bytes, CancellationToken cancellationToken) => Task.FromResult(Answer);
}
