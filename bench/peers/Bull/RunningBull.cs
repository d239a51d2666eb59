using System.Text.Json;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;
using Timestone.Bench.Redis;

namespace Timestone.Bench.Peers.Bull;

/// <summary>Callers and worker in Node.js, and a Redis of its own for each measurement.</summary>
internal sealed class RunningBull : IRunningPeer
{
    private readonly string _directory;
    private readonly Lengths _lengths;

    private RunningBull(string directory, Lengths lengths, string description) =>
        (_directory, _lengths, Description) = (directory, lengths, description);

    public string Description { get; }

    public static async Task<RunningBull> StartAsync(string directory, Lengths lengths)
    {
        await BullMq.InstallAsync().ConfigureAwait(false);
        var node = await Programs.OutputAsync("node", "--version").ConfigureAwait(false);
        return new(
            directory,
            lengths,
            $"BullMQ {Version("bullmq")} with ioredis {Version("ioredis")}, Node.js {node[1..]}, "
                + $"{await DurableRedis.VersionAsync().ConfigureAwait(false)}; {DurableRedis.Durability}. One add for each call, one "
                + "Worker with concurrency 64, removeOnComplete."
        );
    }

    public Task<double> EnqueueAsync() => MeasureAsync("add");

    public Task<double> ProcessAsync() => MeasureAsync("process");

    public Task<double> ReachHandlerAsync() => MeasureAsync("reach");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Version(string package)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(BullMq.Folder, "node_modules", package, "package.json")));
        return file.RootElement.GetProperty("version").GetString()!;
    }

    private async Task<double> MeasureAsync(string job)
    {
        var port = GuardedServer.FreePort();
        using var redis = await DurableRedis.StartAsync(_directory, port).ConfigureAwait(false);
        return await BullMq
            .MeasureAsync(port, job, job == "process" ? Lengths.Handlers : Lengths.Callers, 1, _lengths.WarmUp, _lengths.Seconds)
            .ConfigureAwait(false);
    }
}
