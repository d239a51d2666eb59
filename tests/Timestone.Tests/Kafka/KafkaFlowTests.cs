using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Flow;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>The whole way, each part a real process or on real sockets: server, brokers, indexer, Elasticsearch's stand-in.</summary>
public sealed class KafkaFlowTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_is_killed_or_fails_the_indices_equal_the_journal()
    {
        var clock = Stopwatch.StartNew();
        var seed = FlowSwitches.Seed(output);
        var (random, messages) = (new Random(seed), FlowSwitches.Messages(2000));
        var faults = 9 + (messages / 1000);
        using var data = new TemporaryDirectory();
        using var kafka = FlowBrokers.Start(out var options);
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        elasticsearch.Faults = StandInFaults.Random(seed);
        using var server = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--data", data.Path);
        using var indexer = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--role", "indexer");
        await server.StartAsync();
        await indexer.StartAsync();
        await using var load = new Workload(seed, messages, server.Address);
        load.Start();
        var indexed = 0;
        for (var fault = 1; fault <= faults; fault++)
        {
            await load.ReachAsync(Step(fault), Step(fault + 1));
            kafka.Disturb(options, FlowSwitches.Partitions, random);
            switch (fault % 3)
            {
                case 0:
                    elasticsearch.Faults = StandInFaults.Random(random.Next());
                    await server.KillAsync();
                    break;
                case 1:
                    // Joining a group takes seconds: one that has not come to index would be killed for nothing. As many are sent between two kills, and more.
                    await elasticsearch.ExceedsAsync(indexed + (messages / faults));
                    await indexer.KillAsync();
                    indexed = elasticsearch.Documents();
                    break;
                default:
                    elasticsearch.Faults = random.Next(2) == 0 ? StandInFaults.Away : StandInFaults.Random(random.Next());
                    break;
            }
        }

        var during = elasticsearch.Documents();
        await load.EndAsync();
        var loaded = clock.Elapsed;
        elasticsearch.Faults = new StandInFaults();
        await elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        var complete = clock.Elapsed;
        await server.KillAndHavePatienceAsync();
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = elasticsearch.CheckHistory($"Seed {seed}.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{transitions} transitions of {all} messages in {loaded.TotalSeconds:0} s, {faults} faults, {during} documents meanwhile; indexed after {complete.TotalSeconds:0} s; {compared} messages compared after {clock.Elapsed.TotalSeconds:0} s."));

        int Step(int fault) => (int)((long)messages * fault / (faults + 1));
    }

    [Fact]
    public async Task While_Kafka_and_the_index_are_away_queues_go_on_and_all_is_indexed_when_they_are_back()
    {
        const int Messages = 1000;
        var seed = FlowSwitches.Seed(output);
        using var data = new TemporaryDirectory();
        using var kafka = FlowBrokers.Start(out _);
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        using var server = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--data", data.Path);
        await server.StartAsync();
        await using var load = new Workload(seed, Messages, server.Address);
        load.Start();
        await load.ReachAsync(Messages / 3);
        elasticsearch.Faults = StandInFaults.Away;
        for (var broker = 1; broker <= kafka.Brokers; broker++)
            kafka.TakeDown(broker);
        await load.EndAsync();
        elasticsearch.Faults = new StandInFaults();
        for (var broker = 1; broker <= kafka.Brokers; broker++)
            kafka.BringUp(broker);
        await elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        elasticsearch.CheckHistory($"Seed {seed}.");
    }

    [Fact]
    public async Task An_indexer_by_itself_stops_when_it_is_told_to()
    {
        using var kafka = FlowBrokers.Start(out _);
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        using var indexer = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--role", "indexer");
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
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        using var kafka = FlowBrokers.Start(out _);
        var environment = FlowBrokers.Environment(kafka, elasticsearch);
        environment["Timestone__Kafka__Properties__colour"] = "red";
        using var process = Server.ServerProcess.StartWith(environment, "--urls", "http://127.0.0.1:0", "--data", data.Path, "--role", role);
        var (code, errors) = await process.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith("timestone-server: --kafka: ");
        errors.ShouldContain("colour");
        errors.Trim().ShouldNotContain('\n');
    }
}
