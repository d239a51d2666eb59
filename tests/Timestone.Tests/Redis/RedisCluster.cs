namespace Timestone.Tests.Redis;

/// <summary>A Redis Cluster of three masters.</summary>
public sealed class RedisCluster : IDisposable
{
    private static readonly Lazy<RedisCluster> TheShared = new(StartShared);

    private const int Slots = 16384;

    private readonly RedisServer[] _masters;

    // By hand: redis-cli waits for the masters to find each other without a limit.
    private RedisCluster()
    {
        int[] busPorts = [RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort()];
        _masters = [.. busPorts.Select(static port => RedisServer.Start("--databases", "1", "--cluster-enabled", "yes", "--cluster-node-timeout", "60000", "--cluster-port", $"{port}"))];
        for (var i = 0; i < _masters.Length; i++)
        {
            RedisCli.Run(_masters[i], "CLUSTER", "ADDSLOTSRANGE", $"{Slots * i / _masters.Length}", $"{(Slots * (i + 1) / _masters.Length) - 1}");
            for (var other = 0; other < i; other++)
                RedisCli.Run(_masters[i], "CLUSTER", "MEET", "127.0.0.1", $"{_masters[other].Port}", $"{busPorts[other]}");
        }

        // Each master comes to that conclusion for itself.
        if (!SpinWait.SpinUntil(() => _masters.All(static master => RedisCli.Run(master, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)), RedisServer.Patience))
            throw new InvalidOperationException($"The cluster does not come up: {RedisCli.Run(_masters[0], "CLUSTER", "NODES")}");
    }

    /// <summary>One that tests share, one after the other; it ends with the process.</summary>
    public static RedisCluster Shared => TheShared.Value;

    public IReadOnlyList<RedisServer> Masters => _masters;

    /// <summary>Where a client begins to learn of the others.</summary>
    public string Address => _masters[0].Address;

    /// <summary>Removes everything from it.</summary>
    public void Clear()
    {
        foreach (var master in _masters)
            RedisCli.Run(master, "FLUSHALL");
    }

    public void Dispose()
    {
        foreach (var master in _masters)
            master.Dispose();
    }

    private static RedisCluster StartShared()
    {
        var cluster = new RedisCluster();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    }
}
