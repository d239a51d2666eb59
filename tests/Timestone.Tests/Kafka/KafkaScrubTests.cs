using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Timestone.Hosting;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>A server that compares the indices with its queues, on a real Kafka and a real Elasticsearch.</summary>
[Slow]
public sealed class KafkaScrubTests
{
    private const string Q = "orders";
    private const int Messages = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3), Glance = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task What_is_lost_in_Elasticsearch_comes_back_from_the_queues_and_from_Kafka()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.Connection.SetUpAsync();
        using var data = new TemporaryDirectory();
        var kafka = await TestKafka.NewAsync();
        var server = await TimestoneServer.StartAsync(new TimestoneServerOptions
        {
            Urls = "http://127.0.0.1:0",
            GrpcUrls = "off",
            Data = data.Path,
            Kafka = kafka,
            Elasticsearch = bench.Options,
            ScrubRate = 1000,
            ScrubInterval = TimeSpan.FromSeconds(1),
        });
        await using var running = server.ConfigureAwait(false);
        var service = server.Timestone;
        await service.EnqueueAsync(Q, [.. Enumerable.Range(0, Messages).Select(static number => new NewMessage { Id = $"m{number}" })]);
        var taken = await service.DequeueAsync(Q, new DequeueRequest { Max = Messages });
        await service.SettleAsync(Q, [.. taken.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]);
        await Eventually.BeAsync(() => HasAsync(Messages, 3 * Messages), Patience, Glance);

        // A range of messages, and of their transitions, deleted behind the product's back.
        await DeleteAsync(bench, bench.Connection.Names.CurrentPattern, static id => IsLost(id));
        await DeleteAsync(bench, bench.Connection.Names.HistoricPattern, static id => IsLost(id));
        (await HasAsync(Messages, 3 * Messages)).ShouldBeFalse();
        await Eventually.BeAsync(() => HasAsync(Messages, 3 * Messages), Patience, Glance);
        (await service.GetHistoryAsync(Q, "m3")).ShouldSatisfyAllConditions(
            static history => history.Transitions.Select(static told => told.Version).ShouldBe([1, 2, 3]),
            static history => history.Incomplete.ShouldBeFalse());

        // Kafka forgets: what is lost then is said to be.
        await ForgetAsync(kafka);
        await DeleteAsync(
            bench,
            bench.Connection.Names.HistoricPattern,
            static id => id.EndsWith("/3", StringComparison.Ordinal) && IsLost(id)
        );
        await DeleteAsync(bench, bench.Connection.Names.CurrentPattern, static id => IsLost(id));
        await Eventually.BeAsync(() => HasAsync(Messages, 3 * Messages - Lost), Patience, Glance);
        var history = await service.GetHistoryAsync(Q, "m3");
        (history.Transitions.Count, history.Incomplete).ShouldBe((2, true));
        (await service.GetHistoryAsync(Q, "m1")).Incomplete.ShouldBeFalse();
        await server.StopAsync();

        async Task<bool> HasAsync(int messages, int transitions)
        {
            await bench.RefreshAsync();
            return await CountAsync(bench, bench.Connection.Names.CurrentPattern) == messages
                && await CountAsync(bench, bench.Connection.Names.HistoricPattern) == transitions;
        }
    }

    [Fact]
    public async Task The_archive_reads_all_that_was_there_when_it_began_of_the_messages_that_are_wanted()
    {
        var kafka = await TestKafka.NewAsync();
        var transitions = new EventJournal(1).Transitions;
        await using (var publisher = TestKafka.Publisher(kafka))
            await publisher.InsistAsync(new Timestone.Engine.OutboxBatch([], afterGap: false));
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
        {
            foreach (var told in transitions)
            {
                producer.Produce(kafka.HistoricTopic, new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes($"{told.Queue}/{told.Id}"),
                    Value = Json.EventJson.Write(StreamEvent.Of(told)),
                });
            }

            producer.Produce(
                kafka.HistoricTopic,
                new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes("orders/m1"), Value = [1, 2, 3] }
            );
            producer.Flush(TimeSpan.FromSeconds(30));
        }

        var (looked, read) = (0, new List<Transition>());
        var wanted = transitions.Where(static told => told.Id is "m1" or "m2").ToList();
        var archive = new KafkaArchive(kafka, NullLogger<KafkaArchive>.Instance);
        await foreach (
            var told in archive.ReadAsync(
                wanted.Select(static told => $"{told.Queue}/{told.Id}").ToHashSet(),
                DateTimeOffset.UtcNow.AddHours(-1),
                (records, _) =>
                {
                    looked += records;
                    return default;
                }
            )
        )
            read.Add(told.Transition!);
        read.ShouldBe(wanted, ignoreOrder: true);
        wanted.ShouldNotBeEmpty();
        looked.ShouldBe(transitions.Count + 1);

        // What was published before the time asked for is passed over.
        await foreach (
            var told in archive.ReadAsync(
                wanted.Select(static told => $"{told.Queue}/{told.Id}").ToHashSet(),
                DateTimeOffset.UtcNow.AddHours(1),
                static (_, _) => default
            )
        )
            told.ShouldBeNull();
    }

    private static int Lost => Enumerable.Range(0, Messages).Count(static number => IsLost($"{Q}/m{number}/"));

    private static bool IsLost(string document) => int.Parse(document.Split('/')[1][1..], CultureInfo.InvariantCulture) % 3 == 0;

    private static async Task<int> CountAsync(ElasticsearchBench bench, string indices) =>
        (int)(await bench.AskAsync(HttpMethod.Get, $"{indices}/_count"))["count"]!;

    private static async Task DeleteAsync(ElasticsearchBench bench, string indices, Predicate<string> isLost)
    {
        await bench.RefreshAsync();
        var hits = (await bench.AskAsync(HttpMethod.Get, $"{indices}/_search?size=1000&_source=false"))["hits"]!["hits"]!.AsArray();
        var lost = hits.Where(hit => isLost((string)hit!["_id"]!)).ToList();
        lost.ShouldNotBeEmpty();
        foreach (var hit in lost)
            await bench.AskAsync(HttpMethod.Delete, $"{(string)hit!["_index"]!}/_doc/{Uri.EscapeDataString((string)hit["_id"]!)}");
        await bench.RefreshAsync();
    }

    private static async Task ForgetAsync(KafkaOptions kafka)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await admin.DeleteRecordsAsync(
            Enumerable
                .Range(0, TestKafka.Partitions)
                .Select(partition => new TopicPartitionOffset(kafka.HistoricTopic, partition, Offset.End))
        );
    }
}
