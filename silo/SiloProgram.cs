using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;
using Timestone.Grains;
using Timestone.Server;
using Timestone.ServiceDefaults;
using Timestone.Silo.Storage;

namespace Timestone.Silo;

/// <summary>
/// A silo as a program: a server whose <see cref="ITimestone"/> are grains. Without Redis it is a cluster by itself, on its own journal.
/// </summary>
internal sealed class SiloProgram : HostProgram
{
    // Queues hand over to other silos, which takes a commit and an answer of Redis each.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    private SiloOptions _silo = null!;

    public override string Name => "timestone-silo";

    public override string Usage => CommandLine.Usage.Replace("timestone-server [options]", """
        timestone-silo [options]
          --redis makes it one silo of the cluster that shares this Redis; without it is a cluster by itself.
          With --kafka and --elasticsearch the cluster's grains index what is in Kafka; with --role server as well, others do.
          --cluster NAME          the cluster's name (timestone)
          --advertise ADDRESS     where other silos and clients reach it (127.0.0.1)
          --silo-port N           the port for other silos (11111)
          --gateway-port N        the port for Orleans clients (30000)
        """, StringComparison.Ordinal) + """

        The silo's own are Timestone:Silo:Cluster, :Advertise, :SiloPort, :GatewayPort.
        """;

    public override IReadOnlyDictionary<string, string> Options => SiloOptions.Names;

    public override string? Section => SiloOptions.Section;

    public override void Read(IConfiguration configuration, TimestoneServerOptions options)
    {
        _silo = SiloOptions.Read(configuration, options.Insecure);

        // Orleans starts its streams before anything else looks at that.
        if (options.Kafka is { } kafka)
            EventFlow.OnKafka(kafka.Try);
    }

    public override void Configure(WebApplicationBuilder builder, TimestoneServerOptions options)
    {
        builder.Services.AddSingleton(_silo);
        builder.Services.AddSingleton<LocalService, SiloService>();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Host.UseOrleans(silo => Configure(silo, options));
    }

    public override void Map(IEndpointRouteBuilder routes) => routes.MapOrleansDashboard("/dashboard");

    private void Configure(ISiloBuilder silo, TimestoneServerOptions options)
    {
        if (options.Redis is null)
        {
            silo.UseLocalhostClustering(_silo.SiloPort, _silo.GatewayPort, primarySiloEndpoint: null, _silo.Cluster, _silo.Cluster);
            silo.AddFileGrainStorage(options.Data, options.Durability);
        }
        else
        {
            silo.UseTimestoneRedis(options.Redis);
            silo.ConfigureEndpoints(_silo.Address, _silo.SiloPort, _silo.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(_silo.Address));
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = _silo.Cluster);
        }

        silo.AddTimestoneGrains();
        if (options is { Kafka: not null, Elasticsearch: not null, Role: ServerRole.All })
            silo.AddTransitionStreams(options.Kafka);
        if (silo.Configuration.SendsTelemetry())
            silo.AddActivityPropagation();
        silo.AddDashboard();
    }
}
