using System.Globalization;
using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;
using Timestone.Api;
using Timestone.Grains;
using Timestone.Hosting;
using Timestone.ServiceDefaults;
using Timestone.Silo.Embedded;
using Timestone.Silo.Storage;

namespace Timestone.Silo;

/// <summary>
/// What a silo adds to a host: its <see cref="ITimestone"/> are grains. Without Redis it is a cluster by itself, on its own journal.
/// </summary>
internal sealed partial class SiloHost : IDisposable
{
    private EmbeddedGarnet? _garnet;
    private SiloPorts? _ports;

    /// <summary>Adds the silo to the services. What has to be there before the host is started here, and ends after it.</summary>
    /// <returns>The options that the service has then.</returns>
    /// <exception cref="BadOptionException">An option cannot be.</exception>
    /// <exception cref="IOException">A port is in use, or the embedded Redis cannot be started.</exception>
    public TimestoneServerOptions Configure(WebApplicationBuilder builder, TimestoneServerOptions options)
    {
        var silo = SiloOptions.Read(builder.Configuration, options.Insecure);
        var embedded = EmbeddedRedis.PortOf(options, builder.Configuration);
        var ports = _ports = SiloPorts.Choose(silo, alone: options.Redis is null);
        if (embedded is { } port)
        {
            _garnet = EmbeddedGarnet.Start(Path.Combine(options.Data, "garnet"), port);
            options = options with { Redis = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_garnet.Port}") };
        }

        var membership = new SiloMembership();
        builder.Services.AddSingleton(silo);
        builder.Services.AddSingleton(ports);
        builder.Services.AddSingleton(membership);
        builder.Services.AddSingleton<IPeers, SiloPeers>();
        try
        {
            builder.Host.UseOrleans(orleans => Configure(orleans, options, silo, ports));
        }
        catch (InvalidOperationException problem)
        {
            // A provider that is not in this program; Orleans names it.
            throw new BadOptionException("Orleans", problem.Message);
        }

        LateSilo.Use(builder.Services);
        JoiningLog.AddTo(builder, membership);
        return options;
    }

    /// <summary>Adds the dashboard, and tells the log how others join.</summary>
    public void Use(WebApplication app)
    {
        app.MapReads().MapOrleansDashboard("/dashboard");
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            if (_garnet is not null)
                LogEmbedded(app.Logger, _garnet.Port);
            if (_ports is { IsChosen: true } ports)
                LogPorts(app.Logger, ports.Advertised, ports.SiloPort, ports.GatewayPort);
        });
    }

    public void Dispose()
    {
        _garnet?.Dispose();
        _ports?.Dispose();
    }

    private static void Configure(ISiloBuilder orleans, TimestoneServerOptions options, SiloOptions silo, SiloPorts ports)
    {
        if (options.Redis is null)
        {
            orleans.UseLocalhostClustering(ports.SiloPort, ports.GatewayPort, primarySiloEndpoint: null, silo.Service, silo.Cluster);
            orleans.AddFileGrainStorage(options.Data, options.Durability);
        }
        else
        {
            orleans.UseTimestoneRedis(options.Redis, silo);
            orleans.Services.AddSingleton<DeadNeighbours>();
            orleans.ConfigureEndpoints(silo.Address, ports.SiloPort, ports.GatewayPort, !IPAddress.IsLoopback(silo.Address));
            orleans.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (silo.Cluster, silo.Service));
        }

        orleans.AddTimestoneGrains();
        if (options is { Kafka: not null, Elasticsearch: not null, Role: ServerRole.All })
            orleans.AddTransitionStreams(options.Kafka);

        // Orleans adds it itself where its section says so, and would do it twice.
        var traced = bool.TryParse(OrleansSection.Value(orleans.Configuration, "EnableDistributedTracing"), out var asked) && asked;
        if (orleans.Configuration.SendsTelemetry() && !traced)
            orleans.AddActivityPropagation();
        orleans.AddDashboard();
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
    private static partial void LogPorts(ILogger logger, IPAddress address, int siloPort, int gatewayPort);
}
