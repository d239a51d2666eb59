using System.Globalization;
using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Rabbit;

/// <summary>A node of RabbitMQ with all that it writes in one folder, and its name server on a port of its own.</summary>
internal static class RabbitServer
{
    // The script that Debian puts on the PATH changes to another user; the one that it calls runs as whoever calls it.
    private static readonly string Script =
        File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server") ? "/usr/lib/rabbitmq/bin/rabbitmq-server" : "rabbitmq-server";

    // The name server would else outlive the node, as a daemon.
    private const string Start = """
        "$1" -address 127.0.0.1 -port "$ERL_EPMD_PORT" &
        exec "$2"
        """;

    public static Task<GuardedServer> StartAsync(string directory, int port)
    {
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = port };
        return GuardedServer.StartAsync(
            directory,
            folder =>
                new("bash", "-c", Start, "rabbitmq", Programs.Find("epmd")!, Script)
                {
                    Environment = new()
                    {
                        ["HOME"] = folder,
                        ["ERL_EPMD_PORT"] = Text(GuardedServer.FreePort()),
                        ["RABBITMQ_NODENAME"] = "bench@localhost",
                        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
                        ["RABBITMQ_NODE_PORT"] = Text(port),
                        ["RABBITMQ_DIST_PORT"] = Text(GuardedServer.FreePort()),
                        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
                        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
                        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
                        ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder, "config"),
                        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
                        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
                        ["RABBITMQ_PLUGINS_EXPAND_DIR"] = Path.Combine(folder, "expanded"),
                    },
                },
            async () =>
            {
                try
                {
                    var connection = await factory.CreateConnectionAsync().ConfigureAwait(false);
                    await connection.DisposeAsync().ConfigureAwait(false);
                    return true;
                }
                catch (Exception error) when (error is BrokerUnreachableException or SocketException)
                {
                    return false;
                }
            }
        );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
