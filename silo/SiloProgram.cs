using System.Globalization;
using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;
using StackExchange.Redis;
using Timestone.Grains;
using Timestone.Hosting;
using Timestone.ServiceDefaults;
using Timestone.Silo.Embedded;
using Timestone.Silo.Storage;

namespace Timestone.Silo;

/// <summary>
/// A silo as a program: a server whose <see cref="ITimestone"/> are grains. Without Redis it is a cluster by itself, on its own journal.
/// </summary>
internal sealed partial class SiloProgram : HostProgram
{
    // Queues hand over to other silos, which takes a commit and an answer of Redis each.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    private const string RedisKey = "Timestone:Redis";

    private readonly SiloMembership _membership = new();
    private SiloOptions _silo = null!;
    private SiloPorts _ports = null!;
    private EmbeddedGarnet? _garnet;

    public override string Name => "timestone-silo";

    public override string Usage => Timestone.Hosting.CommandLine.Usage.Replace("timestone-server [options]", """
        timestone-silo [options]
          --redis makes it one silo of the cluster that shares this Redis; without it is a cluster by itself.
          --redis embedded[:PORT] tries a cluster out with nothing installed: this silo brings a Redis along (Garnet, in DATA/garnet), which
          other silos of the machine join with --redis 127.0.0.1:PORT. Nothing is fsynced, and all silos end with this one.
          With --kafka and --elasticsearch the cluster's grains index what is in Kafka; with --role server as well, others do.
          --cluster NAME          the cluster's name (timestone)
          --advertise ADDRESS     where other silos and clients reach it (127.0.0.1)
          --silo-port N           the port for other silos (a free one; 11111 where others can reach this machine)
          --gateway-port N        the port for Orleans clients (a free one; 30000 where others can reach this machine)
          --probe-seconds N       how often a silo is asked whether it lives, and how long it may take to answer (1.25)
          --missed-probes N       how many times in a row it must not have answered to be suspected (2)
          --death-votes N         how many silos must suspect it, where there are as many, for it to lose its queues (2)
        """, StringComparison.Ordinal) + """

            The silo's own are Timestone:Silo:Cluster, :Advertise, :SiloPort, :GatewayPort, :ProbeSeconds, :MissedProbes, :DeathVotes. Orleans'
            own section counts too, as Aspire sets it (Orleans:Clustering, :GrainDirectory, :GrainStorage, :ClusterId, :ServiceId, :Endpoints): the Redis of Orleans:Clustering is the
            silo's unless --redis says another.
            """;

    public override IReadOnlyDictionary<string, string> Options => SiloOptions.Names;

    public override string? Section => SiloOptions.Section;

    public override void Complete(ConfigurationManager configuration)
    {
        // The journal is in the Redis that the silos share, unless it is told another.
        if (configuration[RedisKey] is null && OrleansSection.Redis(configuration) is { } redis)
            configuration.AddInMemoryCollection([new(RedisKey, redis)]);
    }

    public override void Read(IConfiguration configuration, TimestoneServerOptions options)
    {
        _silo = SiloOptions.Read(configuration, options.Insecure);

        if (EmbeddedRedis.PortOf(options.Redis) is not null && OrleansSection.HasClustering(configuration))
            throw new BadOptionException(
                "--redis",
                "'embedded' is a cluster's Redis, and so is that of Orleans:Clustering; leave one out."
            );
        if (EmbeddedRedis.PortOf(options.Redis) is not null && options.RedisWaitReplicas > 0)
            throw new BadOptionException(
                "--redis-wait-replicas",
                "an embedded Redis has no replicas; start a Redis with replicas instead."
            );

        // Garnet has no streams, which the outbox is.
        if (EmbeddedRedis.PortOf(options.Redis) is not null && EventFlow.Reads(options))
            throw new BadOptionException(
                options.Kafka is null ? "--elasticsearch" : "--kafka",
                "an embedded Redis keeps no events to publish; use a redis-server."
            );

        // Orleans starts its streams before anything else looks at that.
        if (options.Kafka is { } kafka)
            EventFlow.OnKafka(kafka.Try);
    }

    public override TimestoneServerOptions Prepare(TimestoneServerOptions options)
    {
        _ports = SiloPorts.Choose(_silo, alone: options.Redis is null);
        if (EmbeddedRedis.PortOf(options.Redis) is not { } port)
            return options;
        _garnet = EmbeddedGarnet.Start(Path.Combine(options.Data, "garnet"), port);
        return options with { Redis = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_garnet.Port}") };
    }

    public override void Started(ILogger logger)
    {
        if (_garnet is not null)
            LogEmbedded(logger, _garnet.Port);
        if (_ports.IsChosen)
            LogPorts(logger, _silo.Address.ToString(), _ports.SiloPort, _ports.GatewayPort);
    }

    // What Orleans and its Redis fail with when Redis goes while the silo joins.
    public override bool ExplainsStart(Exception problem) => problem is OrleansException or RedisException or TimeoutException;

    public override void Dispose()
    {
        _garnet?.Dispose();
        _ports?.Dispose();
        base.Dispose();
    }

    public override void Configure(WebApplicationBuilder builder, TimestoneServerOptions options)
    {
        builder.Services.AddSingleton(_silo);
        builder.Services.AddSingleton(_ports);
        builder.Services.AddSingleton(_membership);
        builder.Services.AddSingleton<LocalService, SiloService>();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        try
        {
            builder.Host.UseOrleans(silo => Configure(silo, options));
        }
        catch (InvalidOperationException problem)
        {
            // A provider that is not in this program; Orleans names it.
            throw new BadOptionException("Orleans", problem.Message);
        }

        LateSilo.Use(builder.Services);
        JoiningLog.AddTo(builder, _membership);
    }

    public override void Map(IEndpointRouteBuilder routes) => routes.MapOrleansDashboard("/dashboard");

    private void Configure(ISiloBuilder silo, TimestoneServerOptions options)
    {
        if (options.Redis is null)
        {
            silo.UseLocalhostClustering(_ports.SiloPort, _ports.GatewayPort, primarySiloEndpoint: null, _silo.Service, _silo.Cluster);
            silo.AddFileGrainStorage(options.Data, options.Durability);
        }
        else
        {
            silo.UseTimestoneRedis(options.Redis, _silo.Failover);
            silo.Services.AddSingleton<DeadNeighbours>();
            silo.ConfigureEndpoints(
                _silo.Address,
                _ports.SiloPort,
                _ports.GatewayPort,
                listenOnAnyHostAddress: !IPAddress.IsLoopback(_silo.Address)
            );
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (_silo.Cluster, _silo.Service));
        }

        silo.AddTimestoneGrains();
        if (options is { Kafka: not null, Elasticsearch: not null, Role: ServerRole.All })
            silo.AddTransitionStreams(options.Kafka);

        // Orleans adds it itself where its section says so, and would do it twice.
        var traced = bool.TryParse(OrleansSection.Value(silo.Configuration, "EnableDistributedTracing"), out var asked) && asked;
        if (silo.Configuration.SendsTelemetry() && !traced)
            silo.AddActivityPropagation();
        silo.AddDashboard();
    }

    [LoggerMessage(
        40,
        LogLevel.Warning,
        "Redis is a Garnet in this process, for trying a cluster out: nothing is fsynced, and all silos end with this one. Others on this machine join with --redis 127.0.0.1:{Port}."
    )]
    private static partial void LogEmbedded(ILogger logger, int port);

    [LoggerMessage(
        41,
        LogLevel.Information,
        "Other silos reach this one at {Address}:{SiloPort}, Orleans clients at {GatewayPort}: ports that were free."
    )]
    private static partial void LogPorts(ILogger logger, string address, int siloPort, int gatewayPort);
}
