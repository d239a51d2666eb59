using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Timestone.Bench.Rest;

/// <summary>A server in a process of its own, killed at the end.</summary>
internal sealed class ChildServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private ChildServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public long WorkingSetBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the real server on a directory of its own.</summary>
    public static Task<ChildServer> TimestoneAsync(string data, params string[] options) =>
        StartAsync(
            "/readyz",
            port =>
                [
                    Path.Combine(AppContext.BaseDirectory, "timestone-server.dll"),
                    "--urls",
                    $"http://127.0.0.1:{port}",
                    "--data",
                    data,
                    .. options.Contains("--grpc-urls") ? options : ["--grpc-urls", "off", .. options],
                ]
        );

    /// <summary>Starts <see cref="BareKestrel"/>.</summary>
    public static Task<ChildServer> BareAsync() =>
        StartAsync("/", port => [typeof(ChildServer).Assembly.Location, "bare", "--port", $"{port}"]);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts a process and waits until a path of it answers.</summary>
    public static async Task<ChildServer> StartAsync(string ready, Func<int, string[]> arguments)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", arguments(port)) { RedirectStandardOutput = true };
        // Why a figure is what it is, or is none, is told there.
        start.Environment["Logging__Console__LogToStandardErrorThresholdLevel"] = "Warning";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ChildServer(process, port);
        using var http = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{ready}")).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < StartTimeout)
            {
                // Not listening yet.
            }

            await Task.Delay(50).ConfigureAwait(false);
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
