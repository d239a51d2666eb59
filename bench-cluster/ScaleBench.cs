using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Bench.Redis;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Client.Orleans;

namespace Timestone.Bench.Cluster;

/// <summary>Silo processes over one redis-server that flushes before every answer: what one, two and three of them do together.</summary>
internal sealed class ScaleBench(Report report, TimeSpan length, int rounds, int queues, IReadOnlyList<int> siloCounts)
{
    private const int Callers = 128;

    // Each process compiles what it runs, and again what it runs often: on two cores that takes half of the first minute.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    private static readonly Payload Payload = Payload.FromBytes(new byte[128]);

    public async Task RunAsync()
    {
        foreach (var silos in siloCounts)
        {
            var rates = await RatesAsync(silos).ConfigureAwait(false);
            report.Add(Figure.Median($"scale/{queues} queues, {silos} silos/messages through", "messages/s", rates));
        }
    }

    private async Task<List<double>> RatesAsync(int silos)
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
            await Parallel.ForAsync(0, queues, async (queue, cancel) => await timestone.CreateQueueAsync(Name(queue), new QueueSettings { Retention = TimeSpan.Zero }, cancel).ConfigureAwait(false)).ConfigureAwait(false);
            List<double> rates = [];
            var next = 0;
            Task OneThroughAsync(int caller) => ThroughAsync(timestone, Name((int)((uint)Interlocked.Increment(ref next) % (uint)queues)));
            await Cluster.Callers.RateAsync(Callers, WarmUp, OneThroughAsync).ConfigureAwait(false);
            for (var round = 0; round < rounds; round++)
                rates.Add(await Cluster.Callers.RateAsync(Callers, length, OneThroughAsync).ConfigureAwait(false));
            await client.StopAsync().ConfigureAwait(false);
            return rates;
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
        "--redis", redis,
        "--silo-port", $"{ChildServer.FreePort()}",
        "--gateway-port", $"{ChildServer.FreePort()}",
    ]);

    private static string Name(int queue) => $"queue-{queue}";
}
