using Orleans.Configuration;
using StackExchange.Redis;

namespace Timestone.Silo;

/// <summary>A cluster of silos that find each other, and their grains, in Redis.</summary>
internal static class RedisCluster
{
    /// <summary>Makes a silo one of the cluster.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="redis">The Redis, as StackExchange.Redis writes it.</param>
    public static ISiloBuilder UseTimestoneRedis(this ISiloBuilder silo, string redis)
    {
        silo.UseRedisClustering(options => options.ConfigurationOptions = Connection(redis));
        silo.UseRedisGrainDirectoryAsDefault(options => options.ConfigurationOptions = Connection(redis));
        return silo.Configure<ClusterMembershipOptions>(Failover.Configure);
    }

    private static ConfigurationOptions Connection(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        return options;
    }
}
