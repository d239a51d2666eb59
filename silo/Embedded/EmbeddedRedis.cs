using System.Globalization;
using System.Net;
using Timestone.Hosting;

namespace Timestone.Silo.Embedded;

/// <summary>What <c>--redis embedded</c> and <c>--redis embedded:PORT</c> say.</summary>
internal static class EmbeddedRedis
{
    private const string Word = "embedded";

    /// <summary>The port that a silo's own Redis is told to have: 0 for any, null where the silo has none of its own.</summary>
    /// <exception cref="BadOptionException">The port cannot be, or an option does not go with such a Redis.</exception>
    public static int? PortOf(TimestoneServerOptions options, IConfiguration configuration)
    {
        if (options.Redis is not { } redis || (redis != Word && !redis.StartsWith(Word + ":", StringComparison.Ordinal)))
            return null;
        var port = 0;
        if (
            redis != Word
            && (
                !int.TryParse(redis.AsSpan(Word.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
                || port is <= 0 or > IPEndPoint.MaxPort
            )
        )
            throw Refuse("--redis", $"'{redis}' must be {Word}, or {Word}:PORT with a port from 1 to {IPEndPoint.MaxPort}.");
        if (OrleansSection.HasClustering(configuration))
            throw Refuse("--redis", $"'{Word}' is a cluster's Redis, and so is that of Orleans:Clustering; leave one out.");
        if (options.RedisWaitReplicas > 0)
            throw Refuse("--redis-wait-replicas", "an embedded Redis has no replicas; start a Redis with replicas instead.");

        // Garnet has no streams, which the outbox is.
        if (options.ReadsOutbox)
            throw Refuse(
                options.Kafka is null ? "--elasticsearch" : "--kafka",
                "an embedded Redis keeps no events to publish; use a redis-server."
            );
        return port;
    }

    private static BadOptionException Refuse(string option, string detail) => new(option, detail);
}
