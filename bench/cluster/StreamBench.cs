using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Bench.Events;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Grains;
using Timestone.Kafka.Clients;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Cluster;

/// <summary>
/// What is on the topics of events, through the stream provider and the grains of a silo into an index that keeps nothing, against the
/// indexer of the consumer group. Kafka's mock cluster, publisher and silo share this process.
/// </summary>
internal sealed class StreamBench(Report report, TimeSpan length, int rounds)
{
    private const string Cluster = "bench";
    private const int Warmup = 20_000;

    public async Task RunAsync()
    {
        var (grains, indexer) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var kafka = new MockKafka();
            var options = KafkaBench.Topics(kafka);
            var (count, _) = await new KafkaBench(report, length.TotalSeconds, rounds).PublishAsync(options).ConfigureAwait(false);
            grains.Add(await IndexAsync(options, count).ConfigureAwait(false));
            indexer.Add(await KafkaBench.IndexAsync(options, count).ConfigureAwait(false));
        }

        report.Add(Figure.Median("streams/grains", "transitions/s", grains));
        report.Add(Figure.Median("streams/indexer", "transitions/s", indexer));
        report.Add(Figure.Median("streams/grains to indexer", "ratio", grains.Zip(indexer, static (one, other) => one / other)));
    }

    private static async Task<double> IndexAsync(KafkaOptions options, int transitions)
    {
        var index = new CountingIndex(transitions, Warmup);
        var silo = Host.CreateEmptyApplicationBuilder(null);
        silo.UseOrleans(builder => builder
            .UseLocalhostClustering(ChildServer.FreePort(), ChildServer.FreePort(), null, Cluster, Cluster)
            .AddTimestoneGrains()
            .AddTransitionStreams(options));
        using var host = silo.Build();
        host.Services.GetRequiredService<SiloIndex>().Writer = index;
        await host.StartAsync().ConfigureAwait(false);
        var took = await index.Taken.ConfigureAwait(false);
        await host.StopAsync().ConfigureAwait(false);
        return transitions / took.TotalSeconds;
    }
}
