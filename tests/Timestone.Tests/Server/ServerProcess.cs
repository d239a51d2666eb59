using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Timestone.Tests.Server;

/// <summary>The server as a process of its own.</summary>
public sealed class ServerProcess : IDisposable
{
    // Longer than any machine takes: whoever has not said it by then never will.
    private static readonly TimeSpan MostSilence = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly MemoryStream _said = new();
    private Task _copying = Task.CompletedTask;

    private ServerProcess(Process process) => _process = process;

    public string BaseAddress { get; private set; } = "";

    /// <summary>Where it listens for gRPC; empty where it does not.</summary>
    public string GrpcAddress { get; private set; } = "";

    public static ServerProcess Start(params string[] args) => StartWith([], args);

    public static ServerProcess StartWith(Dictionary<string, string> environment, params string[] args) =>
        StartProgram("timestone-server", environment, args);

    /// <summary>Starts the server as a process that may have so many file descriptors.</summary>
    public static ServerProcess StartWithin(int descriptors, params string[] args)
    {
        var start = new ProcessStartInfo(
            "sh",
            [
                "-c",
                $"ulimit -n {descriptors} && exec dotnet \"$0\" \"$@\"",
                Path.Combine(AppContext.BaseDirectory, "timestone-server.dll"),
                .. args,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Starts another host that speaks as the server does.</summary>
    public static ServerProcess StartProgram(string program, Dictionary<string, string> environment, params string[] args)
    {
        return StartUnder([], program, environment, args);
    }

    /// <summary>
    /// Starts a host as the last argument of another command, which need not pass signals on: this one is killed with it.
    /// </summary>
    public static ServerProcess StartUnder(string[] wrapper, string program, Dictionary<string, string> environment, params string[] args)
    {
        return Start([.. wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. args], environment);
    }

    /// <summary>Starts an installed host by the path of its command.</summary>
    public static ServerProcess StartInstalled(string command, params string[] args) => Start([command, .. args], []);

    private static ServerProcess Start(string[] command, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it says where it listens.</summary>
    public async Task ReadyAsync()
    {
        const string grpc = " (gRPC)";
        var addresses = (await SaysAsync("Listening on ")).Split(", ");
        BaseAddress = addresses[0];
        GrpcAddress = addresses.FirstOrDefault(static address => address.EndsWith(grpc, StringComparison.Ordinal))?[..^grpc.Length] ?? "";
    }

    /// <summary>The next line of its log.</summary>
    public async Task<string> LineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server ended.");

    /// <summary>The rest of its log, to its end.</summary>
    public Task<string> RestAsync() => _process.StandardOutput.ReadToEndAsync();

    /// <summary>Waits for a line; answers what stands behind these words in it.</summary>
    public async Task<string> SaysAsync(string words)
    {
        using var patience = new CancellationTokenSource(MostSilence);
        var said = new List<string>();
        while (await LineOrEndAsync(words, patience.Token) is { } line)
        {
            said.Add(line);
            var at = line.IndexOf(words, StringComparison.Ordinal);
            if (at < 0)
                continue;
            // A pipe that nobody empties would stop it at some time.
            _copying = CopyAsync(Log());
            return line[(at + words.Length)..];
        }

        var errors = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        throw new InvalidOperationException(
            $"The server ended with {_process.ExitCode}: {errors}{string.Join(Environment.NewLine, said.TakeLast(20))}"
        );
    }

    private async Task<string?> LineOrEndAsync(string words, CancellationToken patience)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not say '{words}' within {MostSilence.TotalMinutes:0} minutes.");
        }
    }

    /// <summary>All that it said after it was last waited for, once it has ended.</summary>
    public async Task<string> SaidAsync()
    {
        await _copying;
        return Encoding.UTF8.GetString(_said.ToArray());
    }

    private async Task CopyAsync(Stream log)
    {
        var buffer = new byte[16 * 1024];
        while (await _process.StandardOutput.BaseStream.ReadAsync(buffer) is > 0 and var length)
        {
            _said.Write(buffer, 0, length);
            await log.WriteAsync(buffer.AsMemory(0, length));
        }
    }

    // For whoever looks for the cause of a failure.
    private Stream Log() => Environment.GetEnvironmentVariable("TIMESTONE_TEST_LOGS") is { Length: > 0 } folder
        ? File.Create(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{_process.Id}.log")), 1)
        : Stream.Null;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>How many files and sockets it has open.</summary>
    public int CountDescriptors() => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    public void Terminate() => Signal("TERM");

    /// <summary>Sends it a signal: <c>STOP</c>, <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ends it without a chance to do anything about it.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task<(int Code, string Errors)> ExitAsync()
    {
        var errors = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
