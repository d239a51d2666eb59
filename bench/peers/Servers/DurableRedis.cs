using System.Globalization;

namespace Timestone.Bench.Peers.Servers;

/// <summary>A redis-server that flushes its append-only file before every answer.</summary>
internal static class DurableRedis
{
    /// <summary>What its users say of it.</summary>
    public const string Durability =
        "appendonly yes, appendfsync always, save '': Redis flushes each turn of its event loop before it answers it";

    public static async Task<string> VersionAsync()
    {
        var words = (await Programs.OutputAsync("redis-server", "--version").ConfigureAwait(false)).Split(' ');
        return $"Redis {words.First(static word => word.StartsWith("v=", StringComparison.Ordinal))[2..]}";
    }

    public static Task<GuardedServer> StartAsync(string directory, int port) =>
        GuardedServer.StartAsync(
            directory,
            folder =>
                new(
                    "redis-server",
                    [
                        "--port",
                        port.ToString(CultureInfo.InvariantCulture),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        folder,
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "always",
                    ]
                ),
            () => GuardedServer.TakesConnectionsAsync(port)
        );
}
