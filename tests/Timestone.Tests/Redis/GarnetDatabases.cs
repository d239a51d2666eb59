using System.Globalization;
using StackExchange.Redis;

namespace Timestone.Tests.Redis;

/// <summary>Databases of shared Garnets, each for one test: where one Garnet has no more, another is started.</summary>
public static class GarnetDatabases
{
    /// <summary>As many as a Garnet can have.</summary>
    public const int PerServer = 256;

    private static readonly Lock Sync = new();
    private static RedisServer? _server;
    private static ConnectionMultiplexer? _client;
    private static int _used;

    /// <summary>One that no test has used.</summary>
    public static string New()
    {
        lock (Sync)
        {
            if (_server is null || ++_used == PerServer)
            {
                (_server, _used) = (RedisServer.UntilTheEnd(RedisServer.StartGarnet()), 0);
                _client?.Dispose();
                _client = ConnectionMultiplexer.Connect(_server.Address);
            }

            // Made by one connection: two that are the first to select a database at the same time each get a database of their own from
            // Garnet, and what one of them writes is gone when its connection ends.
            _client!.GetDatabase(_used).KeyExists("any");
            return string.Create(CultureInfo.InvariantCulture, $"{_server.Address},defaultDatabase={_used}");
        }
    }
}
