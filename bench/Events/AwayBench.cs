using System.Diagnostics;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Client;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Events;

/// <summary>
/// What those notice who enqueue and dequeue over HTTP when Kafka and Elasticsearch go away together: the same load on the same server
/// while both are there, then for as long while both are away. Kafka's mock cluster and an Elasticsearch that keeps nothing are in this
/// process, and share the machine with server and load.
/// </summary>
internal sealed class AwayBench(Report report, double seconds, string directory)
{
    private const double Bar = 0.9;
    private const int Callers = 64, Preloaded = 20_000;

    // The mock cluster keeps 5 MB of a partition: enough of them, and slow enough, for a minute to wait in it to be indexed.
    private const int Partitions = 64, PerSecond = 2000;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>On a timetable, until everything is indexed when they are back.</summary>
    public Task RunAsync() => RunAsync($"{PerSecond}/s", PerSecond, untilIndexed: true);

    /// <summary>As fast as it goes.</summary>
    public Task RunSaturatedAsync() => RunAsync("saturated", 0, untilIndexed: false);

    private async Task RunAsync(string name, double perSecond, bool untilIndexed)
    {
        using var kafka = new MockKafka();
        KafkaBench.Topics(kafka, Partitions);
        var elasticsearch = new BareElasticsearch();
        await using var stopped = elasticsearch.ConfigureAwait(false);
        await elasticsearch.BringUpAsync().ConfigureAwait(false);
        using var folder = new TemporaryFolder(directory);
        using var server = await ChildServer
            .TimestoneAsync(folder.Path, "--kafka", kafka.BootstrapServers, "--elasticsearch", elasticsearch.Address)
            .ConfigureAwait(false);
        await RestBench.PrepareAsync(server, Preloaded, TimeSpan.FromHours(1)).ConfigureAwait(false);
        var there = await LoadAsync(server, perSecond).ConfigureAwait(false);
        for (var broker = 1; broker <= kafka.Brokers; broker++)
            kafka.TakeDown(broker);
        await elasticsearch.TakeDownAsync().ConfigureAwait(false);
        var away = await LoadAsync(server, perSecond).ConfigureAwait(false);
        foreach (var call in there.Keys)
            Compare($"away/{name}/{call}", there[call], away[call]);
        if (!untilIndexed)
            return;
        for (var broker = 1; broker <= kafka.Brokers; broker++)
            kafka.BringUp(broker);
        await elasticsearch.BringUpAsync().ConfigureAwait(false);
        var (count, took) = await IndexedAsync(server, elasticsearch).ConfigureAwait(false);
        report.Add(new Figure { Name = $"away/{name}/transitions, all of them indexed", Unit = "transitions", Value = count });
        report.Add(new Figure { Name = $"away/{name}/until that, after they were back", Unit = "s", Value = took.TotalSeconds });
    }

    private Task<Dictionary<string, LoadResult>> LoadAsync(ChildServer server, double perSecond) => LoadProcess.RunAsync(new LoadPlan
    {
        Port = server.Port,
        WarmupSeconds = Math.Min(5, seconds),
        Seconds = seconds,
        Groups =
        [
            new() { Name = "enqueue", Job = "enqueue", Queue = "bench", Callers = Callers, PerSecond = perSecond },
            new() { Name = "settle and dequeue", Job = "consume", Queue = "bench", Callers = Callers, PerSecond = perSecond },
        ],
    });

    private void Compare(string name, LoadResult there, LoadResult away)
    {
        report.Add(new Figure { Name = $"{name}/there", Unit = "messages/s", Value = there.Messages });
        report.Add(new Figure { Name = $"{name}/away", Unit = "messages/s", Value = away.Messages });
        report.Add(new Figure { Name = $"{name}/away to there", Unit = "ratio", Value = away.Messages / there.Messages, AtLeast = Bar });
        report.Add(new Figure { Name = $"{name}/there/p50", Unit = "ms", Value = there.P50 });
        report.Add(new Figure { Name = $"{name}/away/p50", Unit = "ms", Value = away.P50 });
        report.Add(new Figure { Name = $"{name}/there/p99", Unit = "ms", Value = there.P99 });
        report.Add(new Figure { Name = $"{name}/away/p99", Unit = "ms", Value = away.P99 });
    }

    // A message's version is the number of its transitions, and no message has been removed.
    private static async Task<(int Count, TimeSpan Took)> IndexedAsync(ChildServer server, BareElasticsearch elasticsearch)
    {
        var began = Stopwatch.GetTimestamp();
        using var client = new TimestoneClient(new Uri($"http://127.0.0.1:{server.Port}"));
        var missing = new List<string>();
        string? after = null;
        do
        {
            var page = await client.ListMessagesAsync("bench", cursor: after, limit: Limits.MaxPage).ConfigureAwait(false);
            missing.AddRange(
                page.Messages.SelectMany(static message =>
                    Enumerable.Range(1, message.Version).Select(version => $"{message.Queue}/{message.Id}/{message.Life}/{version}")
                )
            );
            after = page.Next;
        }
        while (after is not null);
        var count = missing.Count;
        for (elasticsearch.Strike(missing); missing.Count > 0; elasticsearch.Strike(missing))
            await Task.Delay(Glance).ConfigureAwait(false);
        return (count, Stopwatch.GetElapsedTime(began));
    }
}
