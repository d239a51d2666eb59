using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Client.Orleans;
using Timestone.Engine;
using Timestone.Grains;
using Timestone.Journals.Memory;

namespace Timestone.Bench.Cluster;

/// <summary>
/// A queue's grain on a journal in memory against a grain that does nothing, both called by TCP from a client in the same process.
/// </summary>
internal sealed class GrainBench(Report report, TimeSpan length, int rounds)
{
    public const int Batch = 100;

    private const string Cluster = "bench";
    private const int Singles = 64;
    private const int Batches = 8;
    private const double LeastShareOfBare = 0.5;
    private const double LeastBatchGain = 20;

    private static readonly Payload Payload = Payload.FromBytes(new byte[128]);

    public async Task RunAsync()
    {
        var (siloPort, gatewayPort) = (ChildServer.FreePort(), ChildServer.FreePort());
        var silo = Host.CreateEmptyApplicationBuilder(null);
        silo.UseOrleans(builder => builder.UseLocalhostClustering(siloPort, gatewayPort, null, Cluster, Cluster).AddTimestoneGrains());
        using var server = silo.Build();
        await using var journal = new MemoryJournal();
        await using var local = new LocalTimestone(journal);
        server.Services.GetRequiredService<SiloQueues>().Open(local, journal);
        await server.StartAsync().ConfigureAwait(false);

        var caller = Host.CreateEmptyApplicationBuilder(null);
        caller.AddTimestoneOrleansClient(options =>
            options.Configure = client => client.UseLocalhostClustering(gatewayPort, Cluster, Cluster)
        );
        using var client = caller.Build();
        await client.StartAsync().ConfigureAwait(false);

        var (bare, byName, singles, carried, inProcess, batches) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>()
        );
        var timestone = client.Services.GetRequiredService<ITimestone>();
        var grains = client.Services.GetRequiredService<IGrainFactory>();
        var bytes = new byte[Batch * Payload.Bytes.Length];
        for (var round = 0; round < rounds; round++)
        {
            var queue = $"round-{round}";
            var grain = grains.GetGrain<IBareGrain>(queue);
            bare.Add(await Callers.RateAsync(Singles, length, _ => grain.PingAsync()).ConfigureAwait(false));
            byName.Add(await Callers.RateAsync(Singles, length, _ => grains.GetGrain<IBareGrain>(queue).PingAsync()).ConfigureAwait(false));
            singles.Add(
                await Callers
                    .RateAsync(Singles, length, _ => timestone.EnqueueAsync(queue, new NewMessage { Payload = Payload }))
                    .ConfigureAwait(false)
            );
            await timestone.DeleteQueueAsync(queue).ConfigureAwait(false);
            carried.Add(Batch * await Callers.RateAsync(Batches, length, _ => grain.CarryAsync(bytes)).ConfigureAwait(false));
            inProcess.Add(await BatchesAsync(local, $"{queue}-in-process").ConfigureAwait(false));
            batches.Add(await BatchesAsync(timestone, $"{queue}-batches").ConfigureAwait(false));
        }

        report.Add(Figure.Median("grain/bare/calls", "calls/s", bare));
        report.Add(Figure.Median("grain/bare, found by its name for each call/calls", "calls/s", byName));
        report.Add(Figure.Median("grain/queue, one by one/calls", "calls/s", singles));
        report.Add(Figure.Median("grain/bare, the bytes of batches of 100/messages", "messages/s", carried));
        report.Add(Figure.Median("grain/no grain, batches of 100/messages", "messages/s", inProcess));
        report.Add(Figure.Median("grain/queue, batches of 100/messages", "messages/s", batches));
        report.Add(
            Figure.Median("grain/queue, one by one/share of bare", "ratio", singles.Zip(bare, static (one, other) => one / other)) with
            {
                AtLeast = LeastShareOfBare,
            }
        );
        report.Add(
            Figure.Median(
                "grain/queue, one by one/share of bare found by its name",
                "ratio",
                singles.Zip(byName, static (one, other) => one / other)
            )
        );
        report.Add(
            Figure.Median(
                "grain/queue, batches of 100/share of no grain",
                "ratio",
                batches.Zip(inProcess, static (one, other) => one / other)
            )
        );
        report.Add(
            Figure.Median(
                "grain/queue, batches of 100/gain over one by one",
                "ratio",
                batches.Zip(singles, static (one, other) => one / other)
            ) with
            {
                AtLeast = LeastBatchGain,
            }
        );
        await client.StopAsync().ConfigureAwait(false);
        await server.StopAsync().ConfigureAwait(false);
    }

    private async Task<double> BatchesAsync(ITimestone timestone, string queue)
    {
        var rate = await Callers
            .RateAsync(
                Batches,
                length,
                _ => timestone.EnqueueAsync(queue, [.. Enumerable.Repeat(new NewMessage { Payload = Payload }, Batch)])
            )
            .ConfigureAwait(false);
        await timestone.DeleteQueueAsync(queue).ConfigureAwait(false);
        return Batch * rate;
    }
}
