using Xunit;
using System.Globalization;
using Timestone.Tests.Server;

namespace Timestone.Tests.Faults;

/// <summary>Faults that need nothing of the journal but its command line.</summary>
internal static class ServerFaults
{
    public const int Callers = 8;

    /// <summary>So many answered calls between one fault and the next.</summary>
    public const int Calls = 300;

    /// <summary>Kills the server and starts it again on the same data.</summary>
    public static async Task KillAsync(ITestOutputHelper output, int seed, string[] journal)
    {
        var server = await StartAsync(journal);
        try
        {
            await using var network = new Proxy(() => PortOf(server));
            await using var run = new FaultRun(output, seed, AddressOf(network));
            await run.StartAsync(Callers);
            for (var i = 0; i < 3; i++)
            {
                await run.MoreAsync(Calls);
                run.Fault(server.Kill);
                server.Dispose();
                server = await StartAsync(journal);
            }

            await run.MoreAsync(Calls);
            await run.CheckAsync();
        }
        finally
        {
            server.Dispose();
        }
    }

    /// <summary>Cuts the network between half of the callers and the server in each way, while the others go on.</summary>
    public static async Task CutAsync(ITestOutputHelper output, int seed, string[] journal)
    {
        using var server = await StartAsync(journal);
        await using var network = new Proxy(() => PortOf(server));
        await using var run = new FaultRun(output, seed, AddressOf(network), new Uri(server.BaseAddress));
        await run.StartAsync(Callers);
        foreach (var cut in network.Cuts(new Random(seed)))
        {
            await run.MoreAsync(Calls);
            run.Fault(cut);
            await run.MoreAsync(Calls / 4);
            network.Mend();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    }

    public static async Task<ServerProcess> StartAsync(string[] journal)
    {
        var server = ServerProcess.Start(["--urls", "http://127.0.0.1:0", .. journal]);
        await server.ReadyAsync();
        return server;
    }

    private static Uri AddressOf(Proxy network) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{network.Port}"));

    private static int PortOf(ServerProcess server) => new Uri(server.BaseAddress).Port;
}
