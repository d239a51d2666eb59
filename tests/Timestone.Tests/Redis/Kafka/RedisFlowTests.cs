using System.Globalization;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Flow;
using Timestone.Tests.Kafka;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>The whole way with the data in Redis, an active server and a standby.</summary>
public sealed class RedisFlowTests(ITestOutputHelper output)
{
    private const int Kills = 4;

    [Fact]
    public async Task Whichever_server_is_killed_the_indices_equal_the_journal()
    {
        var seed = FlowSwitches.Seed(output);
        var (random, messages) = (new Random(seed), FlowSwitches.Messages(600));
        using var redis = RedisServer.Start();
        using var kafka = FlowBrokers.Start(out var options);
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        elasticsearch.Faults = StandInFaults.Random(seed);
        using var one = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--redis", redis.Address);
        using var other = new ServerOnCall(FlowBrokers.Environment(kafka, elasticsearch), "--redis", redis.Address);
        await Task.WhenAll(one.StartAsync(), other.StartAsync());
        await using var load = new Workload(seed, messages, one.Address, other.Address);
        load.Start();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.ReachAsync(messages * kill / (Kills + 1));
            kafka.Disturb(options, FlowSwitches.Partitions, random);
            await (kill % 2 == 0 ? one : other).KillAsync();
        }

        await load.EndAsync();
        elasticsearch.Faults = new StandInFaults();
        await elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = elasticsearch.CheckHistory($"Seed {seed}.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{transitions} transitions of {all} messages, {compared} compared."));
    }
}
