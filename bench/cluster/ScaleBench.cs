using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Bench.Redis;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Client.Orleans;

namespace Timestone.Bench.Cluster;

/// <summary>
/// Silo processes over one redis-server that flushes before every answer: what one, two and three of them do together, and whose processor
/// time a message takes.
/// </summary>
internal sealed class ScaleBench(Report report, TimeSpan length, int rounds, int queues, IReadOnlyList<int> siloCounts)
{
    private const int Callers = 128;

    // Each process compiles what it runs, and again what it runs often: on two cores three of them take most of the first minute for it.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private static readonly Payload Payload = Payload.FromBytes(new byte[128]);

    public async Task RunAsync()
    {
        foreach (var silos in siloCounts)
        {
            var costs = await MeasureAsync(silos).ConfigureAwait(false);
            var name = $"scale/{queues} queues, {silos} silos";
            report.Add(Figure.Median($"{name}/messages through", "messages/s", costs.Select(static cost => cost.Rate)));
            report.Add(Figure.Median($"{name}/the silos' processor time", "µs/message", costs.Select(static cost => cost.Silos)));
            report.Add(Figure.Median($"{name}/Redis' processor time", "µs/message", costs.Select(static cost => cost.Redis)));
            report.Add(Figure.Median($"{name}/the client's processor time", "µs/message", costs.Select(static cost => cost.Client)));
        }
    }

    private async Task<List<Cost>> MeasureAsync(int silos)
    {
        using var redis = await RedisProcess.StartAsync(Path.GetTempPath()).ConfigureAwait(false);
        List<ChildServer> processes = [];
        try
        {
            for (var i = 0; i < silos; i++)
                processes.Add(await StartSiloAsync(redis.Address).ConfigureAwait(false));
            var caller = Host.CreateEmptyApplicationBuilder(null);
            caller.AddTimestoneOrleansClient(options => options.Redis = redis.Address);
            using var client = caller.Build();
            await client.StartAsync().ConfigureAwait(false);
            var timestone = client.Services.GetRequiredService<ITimestone>();
            await Parallel
                .ForAsync(
                    0,
                    queues,
                    async (queue, cancel) =>
                        await timestone
                            .CreateQueueAsync(Name(queue), new QueueSettings { Retention = TimeSpan.Zero }, cancel)
                            .ConfigureAwait(false)
                )
                .ConfigureAwait(false);
            List<Cost> costs = [];
            var next = 0;
            Task OneThroughAsync(int caller) => ThroughAsync(timestone, Name((int)((uint)Interlocked.Increment(ref next) % (uint)queues)));
            await Cluster.Callers.RateAsync(Callers, WarmUp, OneThroughAsync).ConfigureAwait(false);
            for (var round = 0; round < rounds; round++)
            {
                var before = Spent();
                var began = Stopwatch.GetTimestamp();
                var rate = await Cluster.Callers.RateAsync(Callers, length, OneThroughAsync).ConfigureAwait(false);
                var messages = rate * Stopwatch.GetElapsedTime(began).TotalSeconds;
                double[] each = [.. Spent().Zip(before, (now, then) => (now - then).TotalMicroseconds / messages)];
                costs.Add(new Cost(rate, each[0], each[1], each[2]));
            }

            await client.StopAsync().ConfigureAwait(false);
            return costs;

            TimeSpan[] Spent() =>
                [
                    processes.Aggregate(TimeSpan.Zero, static (sum, silo) => sum + silo.ProcessorTime),
                    redis.ProcessorTime,
                    Environment.CpuUsage.TotalTime,
                ];
        }
        finally
        {
            processes.ForEach(static process => process.Dispose());
        }
    }

    // A message's whole life: enqueued, leased, completed.
    private static async Task ThroughAsync(ITimestone timestone, string queue)
    {
        await timestone.EnqueueAsync(queue, new NewMessage { Payload = Payload }).ConfigureAwait(false);
        foreach (var message in (await timestone.DequeueAsync(queue, new DequeueRequest()).ConfigureAwait(false)).Messages)
            await timestone.CompleteAsync(queue, message.Id, message.LeaseToken!).ConfigureAwait(false);
    }

    private static Task<ChildServer> StartSiloAsync(string redis) => ChildServer.StartAsync("/readyz", port =>
    [
        Path.Combine(AppContext.BaseDirectory, "timestone-silo.dll"),
        "--urls", $"http://127.0.0.1:{port}",
        "--grpc-urls", "off",
        "--redis", redis,
        "--silo-port", $"{ChildServer.FreePort()}",
        "--gateway-port", $"{ChildServer.FreePort()}",
    ]);

    private static string Name(int queue) => $"queue-{queue}";

    // Messages a second, and the processor time of each in microseconds.
    private sealed record Cost(double Rate, double Silos, double Redis, double Client);
}
