using Orleans.Concurrency;

namespace Timestone.Bench.Cluster;

[Reentrant]
internal sealed class BareGrain : Grain, IBareGrain
{
    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
