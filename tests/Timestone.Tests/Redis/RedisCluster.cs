using Timestone.Tests.Services;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>A Redis Cluster of three masters.</summary>
public sealed class RedisCluster : IDisposable
{
    private static readonly Lazy<RedisCluster> TheShared = new(StartShared);

    private const int Slots = 16384;

    private readonly RedisServer[] _masters;

    // By hand: redis-cli waits for the masters to find each other without a limit.
    private RedisCluster(int[]? encryptedPorts, params string[] options)
    {
        int[] busPorts = [FreePort.With(), FreePort.With(), FreePort.With()];
        _masters =
        [
            .. busPorts.Select(
                (port, i) =>
                    RedisServer.Start([
                        "--databases",
                        "1",
                        "--cluster-enabled",
                        "yes",
                        "--cluster-node-timeout",
                        "60000",
                        "--cluster-port",
                        $"{port}",
                        .. encryptedPorts is null ? [] : (string[])["--tls-port", $"{encryptedPorts[i]}"],
                        .. options,
                    ])
            ),
        ];
        Address = encryptedPorts is null ? _masters[0].Address : $"localhost:{encryptedPorts[0]}";
        for (var i = 0; i < _masters.Length; i++)
        {
            RedisCli.Run(
                _masters[i],
                "CLUSTER",
                "ADDSLOTSRANGE",
                $"{Slots * i / _masters.Length}",
                $"{(Slots * (i + 1) / _masters.Length) - 1}"
            );
            for (var other = 0; other < i; other++)
                RedisCli.Run(
                    _masters[i],
                    "CLUSTER",
                    "MEET",
                    "127.0.0.1",
                    $"{encryptedPorts?[other] ?? _masters[other].Port}",
                    $"{busPorts[other]}"
                );
        }

        // Each master comes to that conclusion for itself.
        if (
            !SpinWait.SpinUntil(
                () =>
                    _masters.All(static master =>
                        RedisCli.Run(master, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)
                    ),
                RedisServer.Patience
            )
        )
            throw new InvalidOperationException($"The cluster does not come up: {RedisCli.Run(_masters[0], "CLUSTER", "NODES")}");
    }

    /// <summary>One that tests share, one after the other; it ends with the process.</summary>
    public static RedisCluster Shared => TheShared.Value;

    public IReadOnlyList<RedisServer> Masters => _masters;

    /// <summary>Where a client begins to learn of the others.</summary>
    public string Address { get; }

    /// <summary>Starts one whose masters speak TLS as <c>localhost</c>, with clients and with each other.</summary>
    /// <param name="authority">Signs their certificate.</param>
    /// <param name="folder">Where the certificate is kept: the test's.</param>
    internal static RedisCluster StartEncrypted(TestAuthority authority, string folder)
    {
        var (certificate, key) = authority.WriteServer(folder);
        return new RedisCluster(
            [FreePort.With(), FreePort.With(), FreePort.With()],
            "--tls-cluster",
            "yes",
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-ca-cert-file",
            authority.Write(folder),
            "--tls-auth-clients",
            "no"
        );
    }

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
        var cluster = new RedisCluster(encryptedPorts: null);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    }
}
