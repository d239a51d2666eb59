using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.HangfireJobs;

internal sealed class HangfirePeer(HangfireStorage storage) : IPeer
{
    public string Name => storage == HangfireStorage.Redis ? "Hangfire on Redis" : "Hangfire on PostgreSQL";

    public string? Missing =>
        storage == HangfireStorage.Redis
            ? Programs.Missing(("redis-server", "redis-server"))
            : Programs.Missing(("postgres", "postgresql"), ("initdb", "postgresql"));

    public async Task<IRunningPeer> StartAsync(string directory, Lengths lengths)
    {
        var port = GuardedServer.FreePort();
        return storage == HangfireStorage.Redis
            ? await RunningHangfire.OnRedisAsync(directory, lengths, port).ConfigureAwait(false)
            : await RunningHangfire.OnPostgresAsync(directory, lengths, port).ConfigureAwait(false);
    }
}
