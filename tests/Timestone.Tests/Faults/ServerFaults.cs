using System.Globalization;
using Timestone.Tests.Server;
using Xunit.Abstractions;

namespace Timestone.Tests.Faults;

/// <summary>Faults that need nothing of the journal but its command line.</summary>
internal static class ServerFaults
{
    private const int Callers = 12;

    // As many answered calls between one fault and the next.
    private const int Calls = 600;

    /// <summary>Kills the server and starts it again on the same data.</summary>
    public static async Task KillAsync(ITestOutputHelper output, string[] journal, int times)
    {
        var server = await StartAsync(journal);
        await using var network = new Proxy(() => PortOf(server));
        try
        {
            await using var run = new FaultRun(output, AddressOf(network));
            await run.StartAsync(Callers);
            for (var i = 0; i < times; i++)
            {
                await run.MoreAsync(Calls);
                run.HoldBack();
                server.Kill();
                server.Dispose();
                server = await StartAsync(journal);
                run.GoOn();
            }

            await run.MoreAsync(Calls);
            await run.CheckAsync();
        }
        finally
        {
            server.Dispose();
        }
    }

    /// <summary>Drops, delays and half-closes connections between callers and server.</summary>
    public static async Task CutAsync(ITestOutputHelper output, string[] journal)
    {
        using var server = await StartAsync(journal);
        await using var network = new Proxy(() => PortOf(server));
        await using var run = new FaultRun(output, AddressOf(network), new Uri(server.BaseAddress));
        await run.StartAsync(Callers);
        await CutAsync(run, network);
        await run.CheckAsync();
    }

    /// <summary>Cuts a network in each way while half of the callers, who do not need it, go on.</summary>
    public static async Task CutAsync(FaultRun run, Proxy network)
    {
        foreach (var cut in (Action[])[network.Drop, network.Delay, network.HalfClose, network.Drop])
        {
            await run.MoreAsync(Calls);
            cut();
            await run.MoreAsync(Calls / 4);
            network.Mend();
        }

        await run.MoreAsync(Calls);
    }

    public static async Task<ServerProcess> StartAsync(string[] journal)
    {
        var server = ServerProcess.Start(["--urls", "http://127.0.0.1:0", .. journal]);
        await server.ReadyAsync();
        return server;
    }

    public static Uri AddressOf(Proxy network) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{network.Port}"));

    private static int PortOf(ServerProcess server) => new Uri(server.BaseAddress).Port;
}
