using System.Globalization;

namespace Timestone.Bench.Peers.Servers;

/// <summary>A PostgreSQL whose commits wait for their flush. It refuses to run as root: root starts it as its own user.</summary>
internal static class Postgres
{
    private const string User = "postgres";

    /// <summary>What its users say of it.</summary>
    public const string Durability =
        "fsync on, synchronous_commit on, shared_buffers 1GB, max_wal_size 4GB, max_connections 300, else its defaults: each commit waits "
        + "for the flush of the log, which commits at the same time share";

    private const string Start = """
        "$1/initdb" -D "$2/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync
        exec "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c fsync=on -c synchronous_commit=on -c shared_buffers=1GB -c max_wal_size=4GB -c max_connections=300
        """;

    public static async Task<string> VersionAsync() =>
        (await Programs.OutputAsync(Programs.Find("postgres")!, "--version").ConfigureAwait(false)).Split(' ')[2];

    public static string ConnectionString(int port) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Maximum Pool Size=200"
        );

    public static async Task<GuardedServer> StartAsync(string directory, int port)
    {
        // initdb looks for postgres beside itself, behind links.
        var program = Programs.Find("postgres")!;
        var binaries = Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program);
        return await GuardedServer
            .StartAsync(
                directory,
                folder =>
                    new("bash", "-c", Start, "postgres", binaries!, folder, port.ToString(CultureInfo.InvariantCulture))
                    {
                        User = User,
                        // Its processes leave the group: this one ends them.
                        Signal = "QUIT",
                    },
                () => GuardedServer.TakesConnectionsAsync(port)
            )
            .ConfigureAwait(false);
    }
}
