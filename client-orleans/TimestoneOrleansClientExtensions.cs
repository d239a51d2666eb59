using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StackExchange.Redis;
using Timestone.Grains;

namespace Timestone.Client.Orleans;

/// <summary>Adds a cluster of Timestone to a program's services.</summary>
public static class TimestoneOrleansClientExtensions
{
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Adds an Orleans client of a cluster, and <see cref="ITimestone"/> over it unless there is one already. The client connects when the
    /// host starts, and goes on trying until it does.
    /// </summary>
    /// <exception cref="ArgumentException">An option cannot be; the exception names it.</exception>
    public static IHostApplicationBuilder AddTimestoneOrleansClient(this IHostApplicationBuilder builder, Action<TimestoneOrleansClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new TimestoneOrleansClientOptions();
        configure(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Cluster);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Refresh, TimeSpan.Zero);
        if (options is { Redis: null, Configure: null })
            throw new ArgumentException($"{nameof(options.Redis)} is required.", nameof(configure));
        var redis = options.Redis is { } text ? ConfigurationOptions.Parse(text) : null;
        builder.UseOrleansClient(client =>
        {
            if (redis is not null)
            {
                redis.AbortOnConnectFail = false;
                client.UseRedisClustering(clustering => clustering.ConfigurationOptions = redis);
            }

            client.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = options.Cluster);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = options.Refresh);
            client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
            {
                await Task.Delay(ConnectRetry, cancellationToken).ConfigureAwait(false);
                return true;
            });
            options.Configure?.Invoke(client);
        });
        builder.Services.TryAddSingleton<ITimestone>(static services => new GrainTimestone(services.GetRequiredService<IClusterClient>()));
        return builder;
    }
}
