using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;

namespace Timestone.Bench.Redis;

/// <summary>The server on Redis beside BullMQ on a Redis of the same settings, taking turns.</summary>
internal sealed class PeerBench(Report report, double seconds, int rounds, string directory)
{
    private const int Callers = 64, Batch = 100;

    // More than either processes, so that neither runs dry.
    private const int EnoughPerSecond = 60_000;

    private double WarmUp => Math.Min(5, seconds);

    public async Task RunAsync()
    {
        await BullMq.InstallAsync().ConfigureAwait(false);
        await CompareAsync("one by one", ("enqueue", 1), ("add", 1), 1.2).ConfigureAwait(false);
        await CompareAsync("batches of 100", ("enqueue", Batch), ("addBulk", Batch), 6).ConfigureAwait(false);
        await CompareAsync("processed", ("consume", 1), ("process", 1), 1.2).ConfigureAwait(false);
    }

    private async Task CompareAsync(string name, (string Job, int Batch) own, (string Job, int Batch) peer, double bar)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OwnAsync(own.Job, own.Batch).ConfigureAwait(false));
            theirs.Add(await PeerAsync(peer.Job, peer.Batch).ConfigureAwait(false));
        }

        var (mine, other) = (Figure.Median($"{name}/timestone", "messages/s", ours), Figure.Median($"{name}/bullmq", "messages/s", theirs));
        report.Add(mine);
        report.Add(other);
        report.Add(new Figure { Name = $"{name}/timestone to bullmq", Unit = "ratio", Value = mine.Value / other.Value, AtLeast = bar });
    }

    private async Task<double> OwnAsync(string job, int batch)
    {
        using var folder = new TemporaryFolder(directory);
        using var redis = await RedisProcess.StartAsync(directory).ConfigureAwait(false);
        using var server = await ChildServer.TimestoneAsync(folder.Path, "--redis", redis.Address).ConfigureAwait(false);
        await RestBench
            .PrepareAsync(server, job == "consume" ? (long)(EnoughPerSecond * (WarmUp + seconds)) : 0, TimeSpan.FromHours(1))
            .ConfigureAwait(false);
        var results = await LoadProcess
            .RunAsync(
                new LoadPlan
                {
                    Port = server.Port,
                    WarmupSeconds = WarmUp,
                    Seconds = seconds,
                    Groups =
                    [
                        new()
                        {
                            Name = job,
                            Job = job,
                            Queue = "bench",
                            Callers = Callers,
                            Batch = batch,
                        },
                    ],
                }
            )
            .ConfigureAwait(false);
        return results[job].Messages;
    }

    private async Task<double> PeerAsync(string job, int batch)
    {
        using var redis = await RedisProcess.StartAsync(directory).ConfigureAwait(false);
        return await BullMq.MeasureAsync(redis.Port, job, Callers, batch, WarmUp, seconds).ConfigureAwait(false);
    }
}
