using Timestone.Bench.Reporting;
using Timestone.Client;

namespace Timestone.Bench.Rest;

/// <summary>The server over HTTP, fsync before every answer, with the load generator on the same machine.</summary>
internal sealed class RestBench(Report report, RestBench.Options options)
{
    private const int PreloadBatch = 1000, PreloadCallers = 8;

    /// <summary>How long and how much.</summary>
    /// <param name="Seconds">Seconds of each measurement, after a warm-up of as long, at most 10.</param>
    /// <param name="Rounds">Rounds; figures are their medians.</param>
    /// <param name="Depth">Pending messages for the original's load.</param>
    /// <param name="OriginalSeconds">Seconds of the original's load.</param>
    /// <param name="Directory">Where the journals are.</param>
    /// <param name="Only">Only measurements whose name begins so; null for all.</param>
    public sealed record Options(double Seconds, int Rounds, long Depth, double OriginalSeconds, string Directory, string? Only = null);

    /// <summary>Throughput and latency, one by one and in batches.</summary>
    public async Task RunAsync()
    {
        report.Add(
            new Figure
            {
                Name = "disk/flushes",
                Unit = "/s",
                Value = Disk.FlushesPerSecond(options.Directory, Math.Min(3, options.Seconds)),
            }
        );
        await MeasureAsync("kestrel alone/64", "bare", 64, 1, null);
        await MeasureAsync("enqueue/one by one/16", "enqueue", 16, 1, null);
        await MeasureAsync("enqueue/one by one/64", "enqueue", 64, 1, 25_000);
        await MeasureAsync("consume/one by one/16", "consume", 16, 1, null);
        await MeasureAsync("consume/one by one/64", "consume", 64, 1, 15_000);
        await MeasureAsync("enqueue/batches of 100/16", "enqueue", 16, 100, null);
        await MeasureAsync("enqueue/batches of 100/64", "enqueue", 64, 100, 200_000);
        await MeasureAsync("consume/batches of 100/16", "consume", 16, 100, null);
        await MeasureAsync("consume/batches of 100/64", "consume", 64, 100, 100_000);
    }

    /// <summary>
    /// What the original reports of itself: 30,000 dequeue requests and 1,200 enqueues a second, bursts of 5,000, on 10 million messages.
    /// </summary>
    public async Task RunOriginalAsync()
    {
        using var folder = new TemporaryFolder(options.Directory);
        using var server = await ChildServer.TimestoneAsync(folder.Path);
        await PrepareAsync(server, options.Depth, TimeSpan.FromMinutes(1));
        report.Add(new Figure { Name = "original/server's memory when loaded", Unit = "GB", Value = server.WorkingSetBytes / 1e9 });
        Report.Say($"the original's load for {options.OriginalSeconds} s");
        var results = await LoadProcess.RunAsync(
            new LoadPlan
            {
                Port = server.Port,
                WarmupSeconds = Math.Min(10, options.OriginalSeconds / 5),
                Seconds = options.OriginalSeconds,
                Groups =
                [
                    new()
                    {
                        Name = "dequeue",
                        Job = "consume",
                        Queue = "bench",
                        Callers = 256,
                        PerSecond = 30_000,
                        Probes = true,
                    },
                    new()
                    {
                        Name = "enqueue",
                        Job = "enqueue",
                        Queue = "bench",
                        Callers = 64,
                        PerSecond = 1_200,
                        BurstPerSecond = 5_000,
                        BurstSeconds = 5,
                        BurstEverySeconds = 30,
                        Probes = true,
                    },
                ],
            }
        );
        var (dequeue, enqueue) = (results["dequeue"], results["enqueue"]);
        report.Add(new Figure { Name = "original/dequeue", Unit = "/s", Value = dequeue.Requests, AtLeast = 29_900 });
        report.Add(new Figure { Name = "original/dequeue/p50", Unit = "ms", Value = dequeue.P50 });
        report.Add(new Figure { Name = "original/dequeue/p99", Unit = "ms", Value = dequeue.P99, AtMost = 45 });
        report.Add(new Figure { Name = "original/enqueue/p50", Unit = "ms", Value = enqueue.P50 });
        report.Add(new Figure { Name = "original/enqueue/p99", Unit = "ms", Value = enqueue.P99, AtMost = 25 });
        report.Add(new Figure { Name = "original/enqueue in bursts/p99", Unit = "ms", Value = enqueue.BurstP99, AtMost = 85 });
        report.Add(new Figure { Name = "original/enqueue to dequeue/p99", Unit = "ms", Value = dequeue.ProbeP99 });
        report.Add(new Figure { Name = "original/enqueue to dequeue/max", Unit = "ms", Value = dequeue.ProbeMax, AtMost = 1000 });
    }

    private async Task MeasureAsync(string name, string job, int callers, int batch, double? atLeast)
    {
        if (options.Only is { } only && !name.StartsWith(only, StringComparison.Ordinal))
            return;
        var rounds = new List<LoadResult>();
        var processorTime = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            using var folder = new TemporaryFolder(options.Directory);
            using var server = job == "bare" ? await ChildServer.BareAsync() : await ChildServer.TimestoneAsync(folder.Path);
            if (job != "bare")
                await PrepareAsync(server, job == "consume" ? EnoughToConsume(batch) : 0, TimeSpan.FromHours(1));
            var before = server.ProcessorTime;
            var results = await LoadProcess.RunAsync(new LoadPlan
            {
                Port = server.Port,
                WarmupSeconds = Math.Min(10, options.Seconds),
                Seconds = options.Seconds,
                Groups = [new() { Name = name, Job = job, Queue = "bench", Callers = callers, Batch = batch }],
            });
            rounds.Add(results[name]);
            processorTime.Add(
                (server.ProcessorTime - before).TotalSeconds
                    / (results[name].Messages * (options.Seconds + Math.Min(10, options.Seconds)))
                    * 1e6
            );
        }

        report.Add(Figure.Median(name, "messages/s", rounds.Select(static round => round.Messages)) with { AtLeast = atLeast });
        report.Add(Figure.Median($"{name}/p50", "ms", rounds.Select(static round => round.P50)));
        report.Add(Figure.Median($"{name}/p99", "ms", rounds.Select(static round => round.P99)));
        report.Add(Figure.Median($"{name}/server's processor time", "µs/message", processorTime));
    }

    // More than is consumed in as long as it takes, so that consumers do not run dry.
    private long EnoughToConsume(int batch) => (long)((batch == 1 ? 90_000 : 500_000) * (options.Seconds + Math.Min(10, options.Seconds)));

    internal static async Task PrepareAsync(ChildServer server, long messages, TimeSpan retention)
    {
        using var client = new TimestoneClient(new Uri($"http://127.0.0.1:{server.Port}"));
        await client.CreateQueueAsync("bench", new QueueSettings { Retention = retention });
        if (messages == 0)
            return;
        Report.Say($"{messages:N0} messages first");
        var payload = Payload.FromText(new string('x', 126));
        var batches = (messages + PreloadBatch - 1) / PreloadBatch;
        await Parallel.ForAsync(
            0,
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = PreloadCallers },
            async (batch, cancellationToken) =>
            {
                var results = await client.EnqueueAsync(
                    "bench",
                    [
                        .. Enumerable
                            .Range(0, PreloadBatch)
                            .Select(i => new NewMessage { Id = $"preloaded-{batch:D8}-{i:D7}", Payload = payload }),
                    ],
                    cancellationToken
                );
                foreach (var result in results)
                    result.ThrowIfError();
            }
        );
    }
}
