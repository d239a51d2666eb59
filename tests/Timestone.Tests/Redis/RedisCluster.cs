using System.Diagnostics;

namespace Timestone.Tests.Redis;

/// <summary>A Redis Cluster of three masters.</summary>
public sealed class RedisCluster : IDisposable
{
    private static readonly Lazy<RedisCluster> TheShared = new(StartShared);

    private readonly RedisServer[] _masters;

    private RedisCluster()
    {
        _masters = [.. Enumerable.Range(0, 3).Select(static _ => RedisServer.Start("--databases", "1", "--cluster-enabled", "yes", "--cluster-port", $"{RedisServer.FreePort()}"))];
        using var create = Process.Start(new ProcessStartInfo("redis-cli", ["--cluster", "create", .. _masters.Select(static master => master.Address), "--cluster-yes"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = create.StandardOutput.ReadToEnd();
        create.WaitForExit();
        if (create.ExitCode != 0)
            throw new InvalidOperationException($"There is no cluster: {output}");
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
