using System.Diagnostics;
using Timestone.Tests.Support;

namespace Timestone.Tests.Services;

/// <summary>
/// A server of the folder that <c>TIMESTONE_SERVICES</c> names, as a process that keeps everything in a temporary directory. It can be
/// killed and started again there. It ends with the tests, however they end.
/// </summary>
internal sealed class ServiceProcess(Func<string, string[]> command, Func<Task<bool>> isReady) : IDisposable
{
    // The end of the pipe closes with the tests, and that ends the server.
    private const string Keeper = """log=$1; shift; "$@" > "$log" 2>&1 & echo $!; read -r end; kill -KILL $!; wait $! 2> /dev/null""";

    // What it does in its short life costs it a third less processor time so.
    private const string Java = "-XX:TieredStopAtLevel=1";

    // A machine that runs other things may need minutes for what takes an idle one seconds.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3), Glance = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryDirectory _directory = new();
    private Process? _keeper;
    private int _id;

    private string Data => Path.Combine(_directory.Path, "data");

    private string Log => Path.Combine(_directory.Path, "log.txt");

    /// <summary>Starts it, again on what it has stored, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the text has what it said.</exception>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("sh", ["-c", Keeper, "sh", Log, .. command(Data)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["JDK_JAVA_OPTIONS"] = Java },
        };
        _keeper = Process.Start(start)!;
        _id = int.Parse((await _keeper.StandardOutput.ReadLineAsync())!, null);
        var began = Stopwatch.GetTimestamp();
        while (!await isReady())
        {
            if (!IsAlive(_id) || Stopwatch.GetElapsedTime(began) > StartTimeout)
                throw new InvalidOperationException(
                    $"{string.Join(' ', start.ArgumentList.Skip(4))} did not start: {await File.ReadAllTextAsync(Log)}"
                );
            await Task.Delay(Glance);
        }
    }

    /// <summary>Kills it: it has no chance to do anything about it.</summary>
    public void Kill()
    {
        if (_keeper is null)
            return;
        // Directly: a program that was started meanwhile may hold the other end of the pipe.
        if (IsAlive(_id))
            SendKill(_id);
        while (IsAlive(_id))
            Thread.Yield();
        _keeper.Kill();
        _keeper.WaitForExit();
        _keeper.Dispose();
        _keeper = null;
    }

    /// <summary>Removes all that it has stored. It must not run.</summary>
    public void Empty() => Directory.Delete(Data, recursive: true);

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private static void SendKill(int id)
    {
        using var kill = Process.Start("kill", ["-KILL", id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    // Its parent waits for it only in the end: one that has ended is a zombie until then.
    private static bool IsAlive(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
