using Orleans.Configuration;
using StackExchange.Redis;
using Timestone.Grains;

namespace Timestone.Silo;

/// <summary>A cluster of silos that find each other, and their grains and what these keep, in Redis.</summary>
internal static class RedisCluster
{
    /// <summary>Makes a silo one of the cluster.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="redis">The Redis, as StackExchange.Redis writes it.</param>
    public static ISiloBuilder UseTimestoneRedis(this ISiloBuilder silo, string redis)
    {
        silo.UseRedisClustering(options => options.ConfigurationOptions = Connection(redis));
        silo.UseRedisGrainDirectoryAsDefault(options => options.ConfigurationOptions = Connection(redis));
        silo.AddRedisGrainStorage(TimestoneGrainStorage.Name, options =>
        {
            options.ConfigurationOptions = Connection(redis);

            // A state that was cleared would take room for ever.
            options.DeleteStateOnClear = true;
        });
        return silo.Configure<ClusterMembershipOptions>(Failover.Configure);
    }

    private static ConfigurationOptions Connection(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        return options;
    }
}
