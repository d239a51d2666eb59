using System.Globalization;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Faults;

/// <summary>Faults that need nothing of the journal but its command line.</summary>
internal static class ServerFaults
{
    public const int Callers = 8;

    /// <summary>So many answered calls between one fault and the next.</summary>
    public const int Calls = 300;

    private const int Kills = 3;

    /// <summary>Kills the server and starts it again on the same data.</summary>
    public static async Task KillAsync(
        ITestOutputHelper output,
        int seed,
        string[] journal,
        TimestoneProtocol protocol = TimestoneProtocol.Http
    )
    {
        var server = await StartAsync(journal);
        try
        {
            await using var network = new Proxy(() => AddressOf(server, protocol).Port);
            await using var run = new FaultRun(output, seed, AddressOf(network.Port, protocol));
            await run.StartAsync(Callers);
            for (var i = 0; i < Kills; i++)
            {
                await run.MoreAsync(Calls);
                run.Fault(server.Kill);
                server.Dispose();
                server = await StartAsync(journal);
            }

            await run.MoreAsync(Calls);
            await run.CheckAsync(leastUnknown: Kills);
        }
        finally
        {
            server.Dispose();
        }
    }

    /// <summary>Cuts the network between half of the callers and the server in each way, while the others go on.</summary>
    public static async Task CutAsync(
        ITestOutputHelper output,
        int seed,
        string[] journal,
        TimestoneProtocol protocol = TimestoneProtocol.Http
    )
    {
        using var server = await StartAsync(journal);
        await using var network = new Proxy(() => AddressOf(server, protocol).Port);
        await using var run = new FaultRun(output, seed, AddressOf(network.Port, protocol), AddressOf(server, protocol));
        await run.StartAsync(Callers);
        foreach (var cut in network.Cuts(new Random(seed)))
        {
            await run.MoreAsync(Calls);
            run.Fault(cut);
            await run.MoreAsync(Calls / 4);
            network.Mend();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync(leastUnknown: 1);
    }

    /// <summary>Fails calls of the system on the log, kills the server and starts it again on the same data.</summary>
    /// <param name="output">Where the figures go.</param>
    /// <param name="seed">Of the load.</param>
    /// <param name="journal">The server's arguments, the last of which is the data directory.</param>
    /// <param name="fault">Which calls fail, with what and when, counted by thread: as strace's <c>inject</c> takes it.</param>
    public static async Task FailDiskAsync(ITestOutputHelper output, int seed, string[] journal, string fault)
    {
        Needs.Strace();
        using var traces = new TemporaryDirectory();
        ServerProcess? server = null;
        await using var network = new Proxy(() => AddressOf(server!, TimestoneProtocol.Http).Port);
        await using var run = new FaultRun(output, seed, AddressOf(network.Port, TimestoneProtocol.Http));
        var injected = 0;
        try
        {
            for (var i = 0; i < 4; i++)
            {
                var trace = Path.Combine(traces.Path, $"{i}");
                server = ServerProcess.StartUnder(
                    [
                        "strace",
                        "-f",
                        "--seccomp-bpf",
                        "-o",
                        trace,
                        .. Segments(journal[^1]),
                        "-e",
                        $"trace={fault.Split(':')[0]}",
                        "-e",
                        $"inject={fault}",
                    ],
                    "timestone-server",
                    [],
                    ["--urls", FreePort.Url(), .. journal]
                );
                await server.ReadyAsync();
                if (i == 0)
                    await run.StartAsync(Callers);
                await run.MoreAsync(Calls);
                run.Fault(server.Dispose);
                injected += File.ReadLines(trace).Count(static line => line.Contains("(INJECTED)", StringComparison.Ordinal));
            }

            server = await StartAsync(journal);
            await run.MoreAsync(Calls);
            await run.CheckAsync();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{injected} calls of the system failed."));
            injected.ShouldBeGreaterThan(0);
        }
        finally
        {
            server?.Dispose();
        }
    }

    // Each start begins another segment.
    private static IEnumerable<string> Segments(string data) =>
        Enumerable
            .Range(1, 20)
            .SelectMany(segment => new[] { "-P", Path.Combine(data, string.Create(CultureInfo.InvariantCulture, $"{segment:D12}.log")) });

    public static async Task<ServerProcess> StartAsync(string[] journal)
    {
        var server = ServerProcess.Start(["--urls", FreePort.Url(), "--grpc-urls", FreePort.Url(), .. journal]);
        await server.ReadyAsync();
        return server;
    }

    private static Uri AddressOf(ServerProcess server, TimestoneProtocol protocol) =>
        AddressOf(new Uri(protocol == TimestoneProtocol.Grpc ? server.GrpcAddress : server.BaseAddress).Port, protocol);

    private static Uri AddressOf(int port, TimestoneProtocol protocol) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{(protocol == TimestoneProtocol.Grpc ? "grpc" : "http")}://127.0.0.1:{port}"));
}
