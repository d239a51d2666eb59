using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Flow;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>The whole way through a cluster, each part a real process: silos, Redis, Kafka, Elasticsearch.</summary>
[Slow]
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
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{transitions} transitions of {all} messages in {loaded.TotalSeconds:0} s, {kills} kills; indexed after {indexed.TotalSeconds:0} s; {compared} messages compared after {clock.Elapsed.TotalSeconds:0} s."
                )
            );
        }
        finally
        {
            foreach (var silo in silos)
                silo.Dispose();
        }
    }

    [Fact]
    public async Task Records_that_no_silo_has_indexed_are_found_by_one_of_three_and_brought_back()
    {
        const int Messages = 90, Queues = 3;
        using var redis = RedisServer.Start();
        await using var services = await FlowServices.StartAsync();
        var environment = services.Environment();
        environment["Timestone__ScrubIntervalSeconds"] = "1";

        // What these silos publish nobody indexes.
        environment["Timestone__Role"] = "server";
        environment["Timestone__ScrubRate"] = "0";
        var silos = Enumerable.Range(0, Silos).Select(_ => Silo(environment, redis)).ToArray();
        try
        {
            await Task.WhenAll(silos.Select(static silo => silo.StartAsync()));
            using var client = new TimestoneClient(
                new TimestoneClientOptions
                {
                    Addresses = [.. silos.Select(static silo => silo.Address)],
                    RetryFor = TimeSpan.FromMinutes(1),
                }
            );
            await GoThroughAsync(client, "lost");
            await Eventually.BeAsync(
                () => Task.FromResult(SkipAll(environment["Timestone__Kafka"]) == 2 * 3 * Messages * Queues),
                TimeSpan.FromMinutes(2),
                TimeSpan.FromSeconds(1)
            );

            // The others begin behind it.
            environment["Timestone__ScrubRate"] = "1000";
            environment["Timestone__Role"] = "all";
            foreach (var silo in silos)
                silo.Process.Kill();
            await Task.WhenAll(silos.Select(static silo => silo.StartAsync()));
            await GoThroughAsync(client, "kept");
            await Eventually.BeAsync(() => HasAsync(services, 2 * Messages * Queues), TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(1));
            (await IndexAudit.VerifyAsync(client, "")).ShouldBe(2 * Messages * Queues);
            foreach (var id in (string[])["lost-1", "kept-1"])
            {
                var history = await client.GetHistoryAsync("q1", id);
                (history.Transitions.Count, history.Incomplete).ShouldBe((3, false), id);
            }
        }
        finally
        {
            foreach (var silo in silos)
                silo.Dispose();
        }

        static async Task GoThroughAsync(ITimestone service, string name)
        {
            foreach (var queue in Enumerable.Range(0, Queues).Select(static number => $"q{number}"))
            {
                await service.CreateQueueAsync(queue, new QueueSettings());
                await service.EnqueueAsync(
                    queue,
                    [.. Enumerable.Range(0, Messages).Select(number => new NewMessage { Id = $"{name}-{number}" })]
                );
                var taken = await service.DequeueAsync(queue, new DequeueRequest { Max = Messages });
                await service.SettleAsync(
                    queue,
                    [.. taken.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]
                );
            }
        }

        static async Task<bool> HasAsync(FlowServices services, int messages)
        {
            await services.Elasticsearch.RefreshAsync("timestone-*");
            return await services.Elasticsearch.CountAsync("timestone-current-*") == messages
                && await services.Elasticsearch.CountAsync("timestone-historic-*") == 3 * messages;
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

    // Commits the ends of both topics to the group of the silos, which skips what is there; answers how many records that is.
    private static long SkipAll(string brokers)
    {
        var skipped = 0L;
        foreach (var topic in (string[])["timestone.current", "timestone.historic"])
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(
                new ConsumerConfig { BootstrapServers = brokers, GroupId = "timestone-indexer.silos" }
            ).Build();
            var ends = Enumerable
                .Range(0, FlowSwitches.Partitions)
                .Select(partition => new TopicPartition(topic, partition))
                .Select(partition => new TopicPartitionOffset(
                    partition,
                    consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High
                ))
                .ToList();
            consumer.Commit(ends);
            skipped += ends.Sum(static end => end.Offset.Value);
        }

        return skipped;
    }

    private static ServerOnCall Silo(Dictionary<string, string> environment, RedisServer redis) =>
        new(
            environment,
            "--redis",
            redis.Address,
            "--silo-port",
            FreePort.Text(),
            "--gateway-port",
            FreePort.Text()
        )
        {
            Program = "timestone-silo",
        };
}
