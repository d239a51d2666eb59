using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;

namespace Timestone.Silo.Embedded;

/// <summary>
/// A Garnet in this process, on loopback: what a cluster on one machine needs of a Redis, with nothing to install. Garnet writes each
/// change to its file before it answers, past the system's cache, and never has the disk flush it: it keeps what was acknowledged when its
/// process is killed, and can lose it when the machine fails.
/// </summary>
internal sealed class EmbeddedGarnet : IDisposable
{
    // From this size of its file on it writes down all it holds and begins the file anew, so that neither the disk nor a start's time grow
    // for ever.
    private const string FileLimit = "256m";

    private readonly FileStream _lock;
    private readonly GarnetServer _server;

    private EmbeddedGarnet(FileStream held, GarnetServer server, int port) => (_lock, _server, Port) = (held, server, port);

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>Starts it on what it has stored.</summary>
    /// <param name="directory">Where it stores everything; made where it is absent.</param>
    /// <param name="port">Where it listens; 0 for a free port.</param>
    /// <param name="options">What else it is told, as its command line has it.</param>
    /// <exception cref="IOException">Another process uses the directory or the port, or what it stored cannot be read.</exception>
    public static EmbeddedGarnet Start(string directory, int port = 0, params string[] options)
    {
        Directory.CreateDirectory(directory);
        var held = Lock(directory);
        GarnetServer? server = null;
        try
        {
            port = port == 0 ? FreePort() : port;
            server = new GarnetServer(
            [
                "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--checkpointdir", directory,

                // The journal's scripts, each a transaction.
                "--lua", "--lua-transaction-mode",

                // An answer waits until its change is written. The device by io_uring, which is the default, is not on every machine.
                "--aof", "--aof-commit-freq", "0", "--aof-commit-wait", "--device-type", "RandomAccess", "--aof-size-limit", FileLimit,

                // What cannot be read stops the start. The default is to go on without it.
                "--recover", "--fail-on-recovery-error", "true",
                "--index", "16m", "-q", "--disable-console-logger", .. options,
            ]);
            server.Start();
            return new EmbeddedGarnet(held, server, port);
        }
        catch (Exception problem)
        {
            server?.Dispose();
            held.Dispose();

            // Garnet throws exceptions of many kinds, and the bare Exception too.
            throw problem as IOException ?? new IOException($"Garnet cannot start on {directory}: {problem.Message}", problem);
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem)
        {
            throw new IOException($"Another process uses {directory}: {problem.Message}", problem);
        }
    }

    // Garnet does not tell which one it would take itself.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
