using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Flow;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>The whole way, each part a real process: server, Kafka, indexer, Elasticsearch.</summary>
[Slow]
public sealed class KafkaFlowTests(ITestOutputHelper output)
{
    // Nobody listens there.
    private const string Nowhere = "127.0.0.1:1";

    [Fact]
    public async Task Whatever_is_killed_or_fails_the_indices_equal_the_journal()
    {
        var clock = Stopwatch.StartNew();
        var seed = FlowSwitches.Seed(output);
        var (messages, kinds) = (FlowSwitches.Messages(2000), 6);
        var rounds = 1 + (messages / 25_000);
        var faults = kinds * rounds;
        using var data = new TemporaryDirectory();
        await using var services = await FlowServices.StartAsync();
        using var server = new ServerOnCall(services.Environment(), "--data", data.Path);
        using var indexer = new ServerOnCall(services.Environment(), "--role", "indexer");
        await server.StartAsync();
        await indexer.StartAsync();
        var began = clock.Elapsed;
        await using var load = new Workload(seed, messages, server.Address);
        load.Start();
        var indexed = 0;
        for (var fault = 1; fault <= faults; fault++)
        {
            await load.ReachAsync(Step(fault), Step(fault + 1));
            switch (fault % kinds)
            {
                case 1:
                    await services.Kafka.RestartAsync();
                    break;
                case 2:
                    // Joining a group takes seconds: one that has not come to index would be killed for nothing. As many are sent between
                    // two kills, and more.
                    await services.Elasticsearch.ExceedsAsync(indexed + (messages / faults));
                    await indexer.KillAsync();
                    indexed = await services.Elasticsearch.TransitionsAsync();
                    break;
                case 3:
                    await services.Elasticsearch.RestartAsync();
                    break;
                case 4:
                    await server.KillAsync();
                    break;
                case 5:
                    await services.CutKafkaAsync(
                        seed + (fault / kinds),
                        () => load.ReachAsync((Step(fault) + Step(fault + 1)) / 2, Step(fault + 1))
                    );
                    break;
                default:
                    await services.CutSearchAsync(
                        seed + (fault / kinds),
                        () => load.ReachAsync((Step(fault) + Step(fault + 1)) / 2, Step(fault + 1))
                    );
                    break;
            }
        }

        var during = await services.Elasticsearch.TransitionsAsync();
        during.ShouldBePositive();
        await load.EndAsync();
        var loaded = clock.Elapsed;
        await services.Elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        var complete = clock.Elapsed;
        await server.KillAsync();
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{transitions} transitions of {all} messages in {(loaded - began).TotalSeconds:0} s, {faults} faults, each of {kinds} kinds {rounds} times, {during} transitions indexed meanwhile; all of them after {(complete - began).TotalSeconds:0} s; {compared} messages compared after {(clock.Elapsed - began).TotalSeconds:0} s."
            )
        );

        int Step(int fault) => (int)((long)messages * fault / (faults + 1));
    }

    [Fact]
    public async Task While_Kafka_and_the_index_are_away_queues_go_on_and_all_is_indexed_when_they_are_back()
    {
        const int Messages = 1000;
        var seed = FlowSwitches.Seed(output);
        using var data = new TemporaryDirectory();
        await using var services = await FlowServices.StartAsync();
        using var server = new ServerOnCall(services.Environment(), "--data", data.Path);
        await server.StartAsync();
        await using var load = new Workload(seed, Messages, server.Address);
        load.Start();
        await load.ReachAsync(Messages / 3);
        services.Kafka.Kill();
        services.Elasticsearch.Kill();
        await load.EndAsync();
        await Task.WhenAll(services.Kafka.StartAsync(), services.Elasticsearch.StartAsync());
        await services.Elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
    }

    [Fact]
    public async Task An_indexer_by_itself_stops_when_it_is_told_to()
    {
        var (kafka, elasticsearch) = (await KafkaServer.SharedAsync(), await ElasticsearchServer.SharedAsync());
        using var indexer = new ServerOnCall(FlowServices.Environment(kafka.BootstrapServers, elasticsearch.Address), "--role", "indexer");
        await indexer.StartAsync();
        indexer.Process.Terminate();
        (await indexer.Process.ExitAsync()).ShouldBe((0, ""));
    }

    [Theory]
    [InlineData("all")]
    [InlineData("indexer")]
    public async Task A_property_that_Kafkas_client_does_not_take_ends_the_start_with_a_line_that_says_so(string role)
    {
        using var data = new TemporaryDirectory();
        var environment = FlowServices.Environment(Nowhere, new Uri($"http://{Nowhere}"));
        environment["Timestone__Kafka__Properties__colour"] = "red";
        using var process = Server.ServerProcess.StartWith(
            environment,
            "--urls",
            "http://127.0.0.1:0",
            "--data",
            data.Path,
            "--role",
            role
        );
        var (code, errors) = await process.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith("timestone-server: --kafka: ");
        errors.ShouldContain("colour");
        errors.Trim().ShouldNotContain('\n');
    }
}
