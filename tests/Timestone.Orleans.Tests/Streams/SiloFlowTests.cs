using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Flow;
using Timestone.Tests.Kafka;
using Timestone.Tests.Redis;
using Xunit;
using Xunit.Abstractions;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>The whole way through a cluster, each part a real process or on real sockets: silos, Redis, brokers, Elasticsearch's stand-in.</summary>
public sealed class SiloFlowTests(ITestOutputHelper output)
{
    private const int Silos = 3, Kills = 3;

    [Fact]
    public async Task Whichever_silo_is_killed_the_indices_equal_the_journal()
    {
        var clock = Stopwatch.StartNew();
        var seed = FlowSwitches.Seed(output);
        var (random, messages) = (new Random(seed), FlowSwitches.Messages(1000));
        using var redis = RedisServer.Start();
        using var kafka = FlowBrokers.Start(out var options);
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        elasticsearch.Faults = StandInFaults.Random(seed);
        var silos = Enumerable.Range(0, Silos).Select(_ => Silo(FlowBrokers.Environment(kafka, elasticsearch), redis)).ToArray();
        try
        {
            await Task.WhenAll(silos.Select(static silo => silo.StartAsync()));
            await using var load = new Workload(seed, messages, [.. silos.Select(static silo => silo.Address)]);
            load.Start();
            for (var kill = 1; kill <= Kills; kill++)
            {
                await load.ReachAsync(messages * kill / (Kills + 1));
                kafka.Disturb(options, FlowSwitches.Partitions, random);
                await silos[kill % Silos].KillAsync();
            }

            await load.EndAsync();
            var loaded = clock.Elapsed;
            elasticsearch.Faults = new StandInFaults();
            await elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
            var indexed = clock.Elapsed;
            var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
            var (transitions, all) = elasticsearch.CheckHistory($"Seed {seed}.");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{transitions} transitions of {all} messages in {loaded.TotalSeconds:0} s, {Kills} silos killed; indexed after {indexed.TotalSeconds:0} s; {compared} messages compared after {clock.Elapsed.TotalSeconds:0} s."));
            compared.ShouldBePositive();
        }
        finally
        {
            foreach (var silo in silos)
                silo.Dispose();
        }
    }

    private static ServerOnCall Silo(Dictionary<string, string> environment, RedisServer redis) =>
        new(environment, "--redis", redis.Address, "--silo-port", ServerOnCall.FreePort().ToString(CultureInfo.InvariantCulture), "--gateway-port", ServerOnCall.FreePort().ToString(CultureInfo.InvariantCulture))
        {
            Program = "timestone-silo",
        };
}
