using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Events;

/// <summary>
/// What events cost those who enqueue over HTTP: the server with them and without, in turns, and with Kafka or Elasticsearch away. Kafka's
/// mock cluster is in this process, and shares the machine with server and load.
/// </summary>
internal sealed class EnqueueBench(Report report, double seconds, int rounds, string directory)
{
    private const double OnBar = 0.85, AwayBar = 0.9;
    private const int Callers = 64;
    private const string Off = "no events",
        Memory = "index in memory",
        Kafka = "Kafka and index in memory",
        KafkaAway = "Kafka away",
        IndexAway = "Elasticsearch away";

    public async Task RunAsync()
    {
        await MeasureAsync("one by one", 1).ConfigureAwait(false);
        await MeasureAsync("batches of 100", 100).ConfigureAwait(false);
    }

    private async Task MeasureAsync(string name, int batch)
    {
        string[] modes = [Off, Memory, Kafka, KafkaAway, IndexAway];
        var rates = modes.ToDictionary(static mode => mode, static _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var mode in modes)
                rates[mode].Add(await RunAsync(mode, batch).ConfigureAwait(false));
        }

        foreach (var mode in modes)
            report.Add(Figure.Median($"enqueue/{name}/{mode}", "messages/s", rates[mode]));
        Ratio(Memory, Off, OnBar);
        Ratio(Kafka, Off, OnBar);
        Ratio(KafkaAway, Kafka, AwayBar);
        Ratio(IndexAway, Off, OnBar);

        void Ratio(string one, string other, double bar) =>
            report.Add(
                Figure.Median(
                    $"enqueue/{name}/{one} to {other}",
                    "ratio",
                    rates[one].Zip(rates[other], static (with, without) => with / without)
                ) with
                {
                    AtLeast = bar,
                }
            );
    }

    private async Task<double> RunAsync(string mode, int batch)
    {
        using var kafka = new MockKafka();
        KafkaBench.Topics(kafka);
        using var folder = new TemporaryFolder(directory);
        using var server = await ChildServer.TimestoneAsync(folder.Path, mode switch
        {
            Off => ["--index", "none"],
            Memory => [],
            IndexAway => ["--elasticsearch", $"http://127.0.0.1:{ChildServer.FreePort()}"],
            _ => ["--kafka", kafka.BootstrapServers],
        }).ConfigureAwait(false);
        await RestBench.PrepareAsync(server, 0, TimeSpan.FromHours(1)).ConfigureAwait(false);
        for (var broker = 1; mode == KafkaAway && broker <= kafka.Brokers; broker++)
            kafka.TakeDown(broker);
        var results = await LoadProcess.RunAsync(new LoadPlan
        {
            Port = server.Port,
            WarmupSeconds = Math.Min(10, 2 * seconds),
            Seconds = seconds,
            Groups = [new() { Name = mode, Job = "enqueue", Queue = "bench", Callers = Callers, Batch = batch }],
        }).ConfigureAwait(false);
        return results[mode].Messages;
    }
}
