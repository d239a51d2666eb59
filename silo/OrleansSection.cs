using StackExchange.Redis;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>
/// The configuration section <c>Orleans</c>, which Aspire sets. Orleans reads it itself and takes each provider that it names. This is what
/// the silo has to know of it besides: which Redis the cluster shares, and what is left for the silo to add.
/// </summary>
internal static class OrleansSection
{
    private const string Name = "Orleans", ServiceKey = "ServiceKey", RedisKey = "Timestone:Redis";

    private static readonly string[] Kinds = ["Clustering", "Reminders"];
    private static readonly string[] NamedKinds = ["GrainStorage", "GrainDirectory", "Streaming", "BroadcastChannel"];
    private static readonly string[] RedisTypes = ["Redis", "AzureRedisCache"];

    /// <summary>The journal is in the Redis that the silos share, unless it is told another.</summary>
    /// <exception cref="BadOptionException">As of <see cref="Redis"/>.</exception>
    public static void Complete(ConfigurationManager configuration)
    {
        if (configuration[RedisKey] is null && Redis(configuration) is { } redis)
            configuration.AddInMemoryCollection([new(RedisKey, redis)]);
    }

    /// <summary>The Redis in which silos find each other, as StackExchange.Redis writes it; null where no clustering is named.</summary>
    /// <exception cref="BadOptionException">It names another kind of clustering, or a Redis whose connection string is missing.</exception>
    public static string? Redis(IConfiguration configuration)
    {
        var clustering = configuration.GetSection(Name).GetSection("Clustering");
        if (!clustering.Exists())
            return null;
        if (!IsRedis(clustering))
        {
            throw new BadOptionException(
                $"{clustering.Path}:ProviderType",
                $"'{clustering["ProviderType"]}' must be Redis; without the section and without --redis a silo is a cluster by itself.");
        }

        if (clustering[ServiceKey] is { Length: > 0 } key)
            return Connection(configuration, $"{clustering.Path}:ServiceKey", key);
        if (clustering["ConnectionString"] is { Length: > 0 } given)
            return given;
        return clustering["ConnectionName"] is { Length: > 0 } name
            ? Connection(configuration, $"{clustering.Path}:ConnectionName", name)
            : throw new BadOptionException(clustering.Path, "must have a ServiceKey, a ConnectionName or a ConnectionString.");
    }

    /// <summary>What it says of where this silo is and what its cluster is called; null where it says nothing.</summary>
    /// <param name="configuration">The silo's configuration.</param>
    /// <param name="key">The path below the section.</param>
    public static string? Value(IConfiguration configuration, string key) => configuration.GetSection(Name)[key];

    /// <summary>Whether it names the clustering.</summary>
    public static bool HasClustering(IConfiguration configuration) => configuration.GetSection(Name).GetSection("Clustering").Exists();

    /// <summary>Whether it names a provider of a kind of which there are several.</summary>
    /// <param name="configuration">The silo's configuration.</param>
    /// <param name="kind"><c>GrainStorage</c>, <c>GrainDirectory</c>.</param>
    /// <param name="provider">The provider's name, which Orleans takes as it is written.</param>
    public static bool Has(IConfiguration configuration, string kind, string provider) =>
        configuration.GetSection(Name).GetSection(kind).GetChildren().Any(child => child.Key == provider);

    /// <summary>Adds the connections that its providers ask for by key: one for each Redis, which they share.</summary>
    /// <exception cref="BadOptionException">A connection string is missing.</exception>
    public static void AddConnections(IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(Name);
        var providers = Kinds.Select(section.GetSection).Concat(NamedKinds.SelectMany(kind => section.GetSection(kind).GetChildren()));
        var keyed = providers.Where(static provider => IsRedis(provider) && !string.IsNullOrEmpty(provider[ServiceKey]));
        foreach (var provider in keyed.DistinctBy(static provider => provider[ServiceKey]))
        {
            var key = provider[ServiceKey]!;
            var connection = RedisCluster.Connection(Connection(configuration, $"{provider.Path}:ServiceKey", key));
            services.AddKeyedSingleton<IConnectionMultiplexer>(key, (_, _) => ConnectionMultiplexer.Connect(connection));
        }
    }

    private static bool IsRedis(IConfigurationSection provider) =>
        RedisTypes.Contains(provider["ProviderType"], StringComparer.OrdinalIgnoreCase);

    private static string Connection(IConfiguration configuration, string asked, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } connection
            ? connection
            : throw new BadOptionException($"ConnectionStrings:{name}", $"is missing; {asked} asks for it.");
}
