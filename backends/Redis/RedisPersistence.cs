using System.Net;
using StackExchange.Redis;

namespace Timestone.Backends.Redis;

/// <summary>Reads how Redis persists, and says what of it can lose writes that were acknowledged.</summary>
internal static class RedisPersistence
{
    /// <summary>A sentence for each master that can lose acknowledged writes or does not tell.</summary>
    public static async Task<IReadOnlyList<string>> FindGapsAsync(ConnectionMultiplexer client)
    {
        var gaps = await Task.WhenAll(client.GetEndPoints(false).Select(address => FindGapAsync(client.GetServer(address, null), address))).ConfigureAwait(false);
        return [.. gaps.OfType<string>()];
    }

    private static async Task<string?> FindGapAsync(IServer server, EndPoint address)
    {
        try
        {
            var replication = await server.InfoAsync("replication").ConfigureAwait(false);
            if (replication.SelectMany(static section => section).Any(static line => line is { Key: "role", Value: not "master" }))
                return null;
            var appendOnly = await ReadAsync(server, "appendonly").ConfigureAwait(false);
            if (appendOnly is null)
                return Unknown(address, "it does not tell");
            if (appendOnly != "yes")
                return $"Redis at {address} can lose acknowledged writes when it ends: appendonly is {appendOnly}.";
            var flush = await ReadAsync(server, "appendfsync").ConfigureAwait(false);
            return flush == "always" ? null : $"Redis at {address} can lose acknowledged writes when its machine fails: appendfsync is {flush}, not always.";
        }
        catch (RedisServerException problem)
        {
            return Unknown(address, problem.Message);
        }
        catch (Exception problem) when (problem is RedisException or RedisCommandException)
        {
            return Unknown(address, "it cannot be reached");
        }
    }

    private static async Task<string?> ReadAsync(IServer server, string setting) =>
        (await server.ConfigGetAsync(setting).ConfigureAwait(false)).FirstOrDefault(pair => pair.Key == setting).Value;

    private static string Unknown(EndPoint address, string why) => $"Whether Redis at {address} can lose acknowledged writes is unknown: {why}.";
}
