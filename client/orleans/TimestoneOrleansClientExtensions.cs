using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using StackExchange.Redis;
using Timestone.Grains;

namespace Timestone.Client.Orleans;

/// <summary>Adds a cluster of Timestone to a program's services.</summary>
public static class TimestoneOrleansClientExtensions
{
    /// <summary>
    /// Adds an Orleans client of a cluster, and <see cref="ITimestone"/> over it unless there is one already. The client connects when the
    /// host starts, and goes on trying until it does; the log says what it waits for.
    /// </summary>
    /// <exception cref="ArgumentException">An option cannot be; the exception names it.</exception>
    public static IHostApplicationBuilder AddTimestoneOrleansClient(
        this IHostApplicationBuilder builder,
        Action<TimestoneOrleansClientOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new TimestoneOrleansClientOptions();
        configure(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Cluster);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Refresh, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.CallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.CallTimeout, OutsideCalls.MaxTimeout);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LostSiloGrace, TimeSpan.Zero);
        if (options is { Redis: null, Configure: null })
            throw new ArgumentException($"{nameof(options.Redis)} is required.", nameof(configure));
        var redis = options.Redis is { } text ? ConfigurationOptions.Parse(text) : null;
        var calls = new OutsideCalls(options.CallTimeout, options.LostSiloGrace);
        builder.Services.AddSingleton(_ => calls);
        builder.UseOrleansClient(client =>
        {
            if (redis is not null)
            {
                redis.AbortOnConnectFail = false;

                // As in the silos: a user needs no rights for them.
                redis.SetClientLibrary = false;
                redis.TieBreaker = "";
                redis.ConfigurationChannel = "";

                // Each attempt to connect to the cluster would leave a connection behind.
                var connection = new Lazy<Task<ConnectionMultiplexer>>(() => ConnectionMultiplexer.ConnectAsync(redis));
                client.UseRedisClustering(clustering =>
                {
                    clustering.ConfigurationOptions = redis;
                    clustering.CreateMultiplexer = async _ => (await connection.Value.ConfigureAwait(false), IsShared: false);
                });
            }

            client.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = options.Cluster);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = options.Refresh);
            client.Services.AddSingleton<IClientConnectionRetryFilter>(all => new WaitingForCluster(
                options.Cluster,
                redis,
                all.GetRequiredService<ILogger<WaitingForCluster>>()
            ));
            client.AddGatewayCountChangedHandler(
                (_, change) =>
                {
                    if (change.NumberOfConnectedGateways < change.PreviousNumberOfConnectedGateways)
                        calls.SiloLost();
                }
            );
            options.Configure?.Invoke(client);
            WatchedGateways.Use(client.Services, calls);
        });
        builder.Services.TryAddSingleton<ITimestone>(services => new GrainTimestone(
            services.GetRequiredService<IClusterClient>(),
            services.GetRequiredService<OutsideCalls>()
        ));
        return builder;
    }
}
