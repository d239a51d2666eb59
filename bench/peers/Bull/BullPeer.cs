using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Bull;

internal sealed class BullPeer : IPeer
{
    public string Name => "BullMQ";

    public string? Missing => Programs.Missing(("redis-server", "redis-server"), ("node", "nodejs"), ("npm", "npm"));

    public async Task<IRunningPeer> StartAsync(string directory, Lengths lengths) =>
        await RunningBull.StartAsync(directory, lengths).ConfigureAwait(false);
}
