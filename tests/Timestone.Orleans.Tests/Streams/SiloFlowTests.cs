using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Tests.Flow;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>The whole way through a cluster, each part a real process: silos, Redis, Kafka, Elasticsearch.</summary>
public sealed class SiloFlowTests(ITestOutputHelper output)
{
    private const int Silos = 3;

    [Fact]
    public async Task Whichever_silo_is_killed_the_indices_equal_the_journal()
    {
        var clock = Stopwatch.StartNew();
        var seed = FlowSwitches.Seed(output);
        var messages = FlowSwitches.Messages(1000);
        var kills = Silos + (messages / 2000);
        using var redis = RedisServer.Start();
        await using var services = await FlowServices.StartAsync();
        var silos = Enumerable.Range(0, Silos).Select(_ => Silo(services.Environment(), redis)).ToArray();
        try
        {
            await Task.WhenAll(silos.Select(static silo => silo.StartAsync()));
            await using var load = new Workload(seed, messages, [.. silos.Select(static silo => silo.Address)]);
            load.Start();
            for (var kill = 1; kill <= kills; kill++)
            {
                await load.ReachAsync(messages * kill / (kills + 1));
                await Task.WhenAll(silos[kill % Silos].KillAsync(), (kill % 3) switch
                {
                    0 => services.Kafka.RestartAsync(),
                    1 => services.Elasticsearch.RestartAsync(),
                    _ => services.CutKafkaAsync(seed + kill, () => load.ReachAsync(messages * ((2 * kill) + 1) / (2 * (kills + 1)))),
                });
            }

            await load.EndAsync();
            var loaded = clock.Elapsed;
            await services.Elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
            var indexed = clock.Elapsed;
            var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
            var (transitions, all) = await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{transitions} transitions of {all} messages in {loaded.TotalSeconds:0} s, {kills} kills; indexed after {indexed.TotalSeconds:0} s; {compared} messages compared after {clock.Elapsed.TotalSeconds:0} s."));
            compared.ShouldBePositive();
        }
        finally
        {
            foreach (var silo in silos)
                silo.Dispose();
        }
    }

    [Fact]
    public async Task A_silo_starts_and_works_while_Kafka_and_the_index_are_away_and_indexes_all_when_they_are_there()
    {
        const int Messages = 300;
        var seed = FlowSwitches.Seed(output);
        using var redis = RedisServer.Start();
        await using var services = await FlowServices.StartAsync();
        services.Kafka.Kill();
        services.Elasticsearch.Kill();
        using var silo = Silo(services.Environment(), redis);
        await silo.StartAsync();
        await using var load = new Workload(seed, Messages, silo.Address);
        load.Start();
        await load.EndAsync();
        await Task.WhenAll(services.Kafka.StartAsync(), services.Elasticsearch.StartAsync());
        await services.Elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
        silo.Process.Terminate();
        (await silo.Process.ExitAsync()).ShouldBe((0, ""));
    }

    [Fact]
    public async Task A_property_that_Kafkas_client_does_not_take_ends_the_start_with_a_line_that_says_so()
    {
        var environment = FlowServices.Environment("127.0.0.1:1", new Uri("http://127.0.0.1:1"));
        environment["Timestone__Kafka__Properties__colour"] = "red";
        using var process = ServerProcess.StartProgram("timestone-silo", environment, "--urls", "http://127.0.0.1:0");
        var (code, errors) = await process.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith("timestone-silo: --kafka: ");
        errors.ShouldContain("colour");
        errors.Trim().ShouldNotContain('\n');
    }

    private static ServerOnCall Silo(Dictionary<string, string> environment, RedisServer redis) =>
        new(environment, "--redis", redis.Address, "--silo-port", ServerOnCall.FreePort().ToString(CultureInfo.InvariantCulture), "--gateway-port", ServerOnCall.FreePort().ToString(CultureInfo.InvariantCulture))
        {
            Program = "timestone-silo",
        };
}
