using System.Diagnostics;

namespace Timestone.Tests.Redis;

/// <summary>A Redis Cluster of three masters.</summary>
public sealed class RedisCluster : IDisposable
{
    private static readonly Lazy<RedisCluster> TheShared = new(StartShared);

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly RedisServer[] _masters;

    private RedisCluster()
    {
        _masters = [.. Enumerable.Range(0, 3).Select(static _ => RedisServer.Start("--databases", "1", "--cluster-enabled", "yes", "--cluster-node-timeout", "60000", "--cluster-port", $"{RedisServer.FreePort()}"))];
        using var create = Process.Start(new ProcessStartInfo("redis-cli", ["--cluster", "create", .. _masters.Select(static master => master.Address), "--cluster-yes"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = create.StandardOutput.ReadToEnd();
        create.WaitForExit();
        if (create.ExitCode != 0)
            throw new InvalidOperationException($"There is no cluster: {output}");

        // Each master comes to that conclusion for itself, a little after the one that was asked.
        if (!SpinWait.SpinUntil(() => _masters.All(static master => RedisCli.Run(master, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)), StartTimeout))
            throw new InvalidOperationException("The cluster does not come up.");
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
