using System.Diagnostics;
using System.Net.Sockets;
using Timestone.Bench.Rest;

namespace Timestone.Bench.Peers.Servers;

/// <summary>
/// A server on an empty folder of its own. A shell guards it: when this process disposes it, or ends in whatever way, the shell kills the
/// server with all that it has started, and removes the folder.
/// </summary>
internal sealed class GuardedServer : IDisposable
{
    // The standard input of the guard ends with this process. Signals of the terminal reach the guard too, which outlives them.
    private const string Guard = """
        folder=$1 signal=$2
        shift 2
        exec 2> /dev/null
        trap : HUP INT TERM
        setsid "$@" < /dev/null > "$folder/output" 2>&1 &
        server=$!
        while kill -0 $server; do
            read -r -t 1 || [ $? -gt 128 ] || break
        done
        kill -s "$signal" -- -$server
        wait $server
        rm -rf "$folder" || rm -rf "$folder"
        """;

    private const int LinesOfOutput = 20;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    private readonly Process _guard;

    private GuardedServer(Process guard) => _guard = guard;

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="directory">Where its folder goes.</param>
    /// <param name="start">How it is started, given the folder.</param>
    /// <param name="isReady">Whether it answers; a <see cref="SocketException"/> counts as no.</param>
    public static async Task<GuardedServer> StartAsync(string directory, Func<string, ServerStart> start, Func<Task<bool>> isReady)
    {
        var folder = Path.Combine(directory, $"timestone-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var server = start(folder);
        string[] asUser = [];
        if (server.User is { } user && Environment.IsPrivilegedProcess)
        {
            await Programs.OutputAsync("chown", user, folder).ConfigureAwait(false);
            asUser = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"];
        }

        var guard = new ProcessStartInfo(
            "bash",
            ["-c", Guard, "guard", folder, server.Signal, .. asUser, server.Program, .. server.Arguments]
        )
        {
            RedirectStandardInput = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in server.Environment)
            guard.Environment[name] = value;
        var guarded = new GuardedServer(Process.Start(guard)!);
        try
        {
            await guarded.WaitAsync(isReady).ConfigureAwait(false);
            return guarded;
        }
        catch (Exception error)
        {
            var output = Path.Combine(folder, "output");
            var lines = File.Exists(output) ? string.Join('\n', File.ReadLines(output).TakeLast(LinesOfOutput)) : "";
            guarded.Dispose();
            throw new InvalidOperationException($"{server.Program} did not start. {lines}", error);
        }
    }

    /// <summary>Whether a port of this machine takes connections.</summary>
    public static async Task<bool> TakesConnectionsAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        return true;
    }

    public static int FreePort() => ChildServer.FreePort();

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }

    private async Task WaitAsync(Func<Task<bool>> isReady)
    {
        for (var began = Stopwatch.GetTimestamp(); ; )
        {
            try
            {
                if (await isReady().ConfigureAwait(false))
                    return;
            }
            catch (Exception error) when (error is SocketException or HttpRequestException)
            {
                // Not listening yet.
            }

            if (_guard.HasExited)
                throw new InvalidOperationException("It ended.");
            if (Stopwatch.GetElapsedTime(began) > StartTimeout)
                throw new TimeoutException($"It was not ready within {StartTimeout.TotalSeconds} s.");
            await Task.Delay(50).ConfigureAwait(false);
        }
    }
}
