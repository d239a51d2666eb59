using System.Globalization;
using System.Net.Sockets;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Beanstalkd;

/// <summary>A connection for each caller and for each handler, as its clients have it.</summary>
internal sealed class RunningBeanstalkd(Lengths lengths, GuardedServer server, int port, string version)
    : InProcessPeer(lengths, EnoughPerSecond)
{
    private const int EnoughPerSecond = 9_000;

    private readonly Dictionary<(string Queue, int Caller), BeanstalkdConnection> _callers = [];

    public override string Description =>
        $"{version} with -b and -f 0, a connection for each caller and each handler. The server flushes its log before it answers a put or "
        + "a delete, each by itself. It keeps no reservations: after a crash a reserved job is ready again.";

    public static async Task<RunningBeanstalkd> StartAsync(string directory, Lengths lengths)
    {
        var program = Programs.Find("beanstalkd")!;
        var version = await Programs.OutputAsync(program, "-v").ConfigureAwait(false);
        var port = GuardedServer.FreePort();
        var server = await GuardedServer
            .StartAsync(
                directory,
                folder => new(program, "-l", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-b", folder, "-f", "0"),
                () => GuardedServer.TakesConnectionsAsync(port)
            )
            .ConfigureAwait(false);
        return new(lengths, server, port, version);
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var connection in _callers.Values)
            connection.Dispose();
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task CreateAsync(string queue)
    {
        for (var caller = 0; caller < Lengths.Callers; caller++)
            _callers.Add((queue, caller), await BeanstalkdConnection.OpenAsync(port, queue).ConfigureAwait(false));
    }

    protected override Task SendAsync(string queue, int caller, string text) => _callers[(queue, caller)].PutAsync($"\"{text}\"");

    protected override async Task<IAsyncDisposable> WorkAsync(string queue, Action<string> handle)
    {
        var stop = new Counter();
        var connections = new List<BeanstalkdConnection>();
        for (var i = 0; i < Lengths.Handlers; i++)
            connections.Add(await BeanstalkdConnection.OpenAsync(port, queue).ConfigureAwait(false));
        var handlers = connections.Select(connection => Task.Run(() => HandleAsync(connection, handle, stop))).ToList();
        return new Stopping(async () =>
        {
            stop.IsOver = true;
            foreach (var connection in connections)
                connection.Dispose();
            await Task.WhenAll(handlers).ConfigureAwait(false);
        });
    }

    private static async Task HandleAsync(BeanstalkdConnection connection, Action<string> handle, Counter stop)
    {
        try
        {
            while (!stop.IsOver)
            {
                var (id, body) = await connection.ReserveAsync().ConfigureAwait(false);
                handle(body.Trim('"'));
                await connection.DeleteAsync(id).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (stop.IsOver && error is (SocketException or ObjectDisposedException))
        {
            // It waited for a job.
        }
    }
}
