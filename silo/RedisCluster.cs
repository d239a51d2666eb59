using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Persistence;
using StackExchange.Redis;
using Timestone.Grains;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>A cluster of silos that find each other, and their grains and what these keep, in Redis.</summary>
internal static class RedisCluster
{
    /// <summary>Makes a silo one of the cluster. What the section <c>Orleans</c> of the configuration names is Orleans' to add.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="redis">The Redis, as StackExchange.Redis writes it.</param>
    /// <param name="options">How soon a silo that died is noticed.</param>
    /// <exception cref="BadOptionException">The section asks for a connection string that is missing.</exception>
    public static ISiloBuilder UseTimestoneRedis(this ISiloBuilder silo, string redis, SiloOptions options)
    {
        OrleansSection.AddConnections(silo.Services, silo.Configuration);
        if (!OrleansSection.HasClustering(silo.Configuration))
            silo.UseRedisClustering(clustering => Configure(clustering, redis));
        if (!OrleansSection.Has(silo.Configuration, "GrainDirectory", GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY))
            silo.UseRedisGrainDirectoryAsDefault(each => each.ConfigurationOptions = Connection(redis));
        if (!OrleansSection.Has(silo.Configuration, "GrainStorage", TimestoneGrainStorage.Name))
            silo.AddRedisGrainStorage(TimestoneGrainStorage.Name, each => each.ConfigurationOptions = Connection(redis));

        // A state that was cleared would take room for ever.
        silo.Services.Configure<RedisStorageOptions>(TimestoneGrainStorage.Name, static storage => storage.DeleteStateOnClear = true);
        return silo.Configure<ClusterMembershipOptions>(membership => Failover.Configure(membership, options));
    }

    private static void Configure(RedisClusteringOptions options, string redis)
    {
        options.ConfigurationOptions = Connection(redis);

        // The table of members is opened before Orleans does it too (DeadNeighbours), and each time would leave a connection behind.
        var connection = new Lazy<Task<ConnectionMultiplexer>>(() => ConnectionMultiplexer.ConnectAsync(options.ConfigurationOptions));
        options.CreateMultiplexer = async _ => (await connection.Value.ConfigureAwait(false), IsShared: false);
    }

    /// <summary>How a Redis is connected to: a start does not fail because the Redis is not there yet.</summary>
    public static ConfigurationOptions Connection(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;

        // As in the journal: a user needs no rights for them.
        options.SetClientLibrary = false;
        options.TieBreaker = "";
        options.ConfigurationChannel = "";
        return options;
    }
}
