using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.TestingHost;
using Shouldly;
using StackExchange.Redis;
using Timestone.Client.Orleans;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Grains;
using Timestone.Indexing.Memory;
using Timestone.Journals.Redis;
using Timestone.Silo;
using Timestone.Tests.Redis;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>
/// Three silos in this process that speak TCP and share a redis-server, and an Orleans client of theirs. They start once; each test
/// gives them services on a database of its own.
/// </summary>
public sealed class TestSilos
{
    private const string ClusterName = "timestone-tests";
    private static readonly Lazy<Task<TestSilos>> TheShared = new(StartAsync);
    private readonly TestCluster _cluster;
    private readonly List<(LocalTimestone Local, RedisJournal Journal)> _open = [];
    private readonly List<OutboxPump> _pumps = [];

    private TestSilos(TestCluster cluster, IHost client) =>
        (_cluster, External) = (cluster, client.Services.GetRequiredService<ITimestone>());

    /// <summary>The silos that all tests share.</summary>
    public static Task<TestSilos> SharedAsync() => TheShared.Value;

    /// <summary>The service through the Orleans client.</summary>
    public ITimestone External { get; }

    /// <summary>The service within the first silo.</summary>
    public ITimestone Within => Services(0).GetRequiredService<ITimestone>();

    /// <summary>Calls grains from within a silo.</summary>
    public IGrainFactory Grains(int silo = 0) => Services(silo).GetRequiredService<IGrainFactory>();

    /// <summary>Where a silo is.</summary>
    public SiloAddress AddressOf(int silo) => _cluster.Silos[silo].SiloAddress;

    /// <summary>Deactivates every grain that nobody is calling.</summary>
    public Task DeactivateIdleAsync() => Grains().GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    /// <summary>Has the directory of grains forget a queue's, so that there can be a second activation of it.</summary>
    public static async Task ForgetAsync(string queue)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync($"{RedisServer.SharedOfAnyKind.Address},allowAdmin=true");
        var server = redis.GetServer(RedisServer.SharedOfAnyKind.Address);
        var entries = server.Keys(pattern: $"{ClusterName}*timestone.queue/{queue}").ToArray();
        entries.ShouldHaveSingleItem();
        await redis.GetDatabase().KeyDeleteAsync(entries);
    }

    /// <summary>What each silo has open, in the order of the silos.</summary>
    internal IReadOnlyList<LocalTimestone> Locals => [.. _open.Select(static open => open.Local)];

    /// <summary>Has every silo work on a database, as silos do that share a Redis.</summary>
    /// <param name="database">The database.</param>
    /// <param name="options">How each behaves.</param>
    /// <param name="clock">Tells all of them the time.</param>
    /// <param name="index">What all of them publish to and answer searches from, as from one Elasticsearch; null for none.</param>
    internal async Task OpenAsync(string database, LocalTimestoneOptions options, TimeProvider clock, MemoryIndex? index = null)
    {
        await CloseAsync();
        for (var i = 0; i < _cluster.Silos.Count; i++)
        {
            var journal = RedisJournal.Open(
                new RedisJournalOptions
                {
                    Configuration = database,
                    Timeout = RedisServer.Patience,
                    Outbox = index is not null,
                }
            );
            var local = new LocalTimestone(journal, options with { GiveWay = true }, clock, index: index);
            if (index is not null)
                _pumps.Add(new OutboxPump("index", journal.Outbox!, OutboxStart.Acknowledged, index, NullLogger<OutboxPump>.Instance));
            _open.Add((local, journal));
            Services(i).GetRequiredService<SiloQueues>().Open(local, journal);
        }
    }

    /// <summary>Takes their services away.</summary>
    public async Task CloseAsync()
    {
        for (var i = 0; i < _cluster.Silos.Count; i++)
            Services(i).GetRequiredService<SiloQueues>().Close();
        foreach (var (local, _) in _open)
            await local.DisposeAsync();
        foreach (var pump in _pumps)
            await pump.DisposeAsync();
        foreach (var (_, journal) in _open)
            await journal.DisposeAsync();
        _pumps.Clear();
        _open.Clear();
    }

    /// <summary>Which silo has a queue open: its number; -1 for none.</summary>
    public int OwnerOf(string queue) => _open.FindIndex(open => open.Local.Open.Contains(queue));

    private static async Task<TestSilos> StartAsync()
    {
        var builder = new TestClusterBuilder(initialSilosCount: 3);
        builder.Options.ClusterId = builder.Options.ServiceId = ClusterName;
        builder.Options.ConnectionTransport = ConnectionTransportType.TcpSocket;
        builder.Options.UseTestClusterMembership = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConfigureFileLogging = false;
        builder.AddSiloBuilderConfigurator<OnRedis>();
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var host = Host.CreateEmptyApplicationBuilder(null);
        host.AddTimestoneOrleansClient(static options =>
            (options.Redis, options.Cluster) = (RedisServer.SharedOfAnyKind.Address, ClusterName)
        );
        var client = host.Build();
        await client.StartAsync();
        return new TestSilos(cluster, client);
    }

    private IServiceProvider Services(int silo) => ((InProcessSiloHandle)_cluster.Silos[silo]).ServiceProvider;

    private sealed class OnRedis : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.UseTimestoneRedis(RedisServer.SharedOfAnyKind.Address, new Timestone.Silo.SiloOptions());
            siloBuilder.AddTimestoneGrains();

            // Nothing here is about silos that die; a machine that is busy must not look like that.
            siloBuilder.Configure<ClusterMembershipOptions>(static options => options.NumMissedProbesLimit = 30);
        }
    }
}
