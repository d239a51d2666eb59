using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Shouldly;
using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

[Slow]
public sealed class KafkaPublisherTests
{
    [Fact]
    public async Task Every_event_is_published_in_order_under_its_messages_key()
    {
        var options = await TestKafka.NewAsync();
        var story = new Story(seed: 1, messages: 20, transitions: 500);
        await using (var publisher = TestKafka.Publisher(options))
        {
            foreach (var batch in story.Batches(100))
                await publisher.DeliverAsync(batch);
        }

        await options.ShouldHaveAllInOrderAsync(story);
        var records = await TopicReader.ReadAsync(options, options.HistoricTopic);
        records.Count.ShouldBe(story.Transitions.Count());
        records.ShouldAllBe(static record => record.Key() == $"orders/{record.Event().Transition!.Id}");
        records.GroupBy(TopicReader.Key).ShouldAllBe(static message => message.Select(record => record.Partition).Distinct().Count() == 1);
        records.Select(static record => record.Partition).Distinct().Count().ShouldBe(TestKafka.Partitions);
    }

    [Fact]
    public async Task A_batch_that_is_delivered_again_comes_again_in_order()
    {
        var options = await TestKafka.NewAsync();
        var story = new Story(seed: 2, messages: 5, transitions: 100);
        await using var publisher = TestKafka.Publisher(options);
        foreach (var batch in story.Batches(50))
        {
            await publisher.DeliverAsync(batch);
            await publisher.DeliverAsync(batch);
        }

        await options.ShouldHaveAllInOrderAsync(story);
        (await TopicReader.ReadAsync(options, options.HistoricTopic)).Count.ShouldBe(2 * story.Transitions.Count());
    }

    [Fact]
    public async Task A_deleted_queue_is_told_on_each_partition_behind_its_messages()
    {
        var options = await TestKafka.NewAsync();
        var story = new Story(seed: 3, messages: 20, transitions: 100);
        await using var publisher = TestKafka.Publisher(options);
        await publisher.DeliverAsync(
            new OutboxBatch([.. story.Entries, .. Story.Deletion().Entries, .. new Story(4, 20, 100, "others").Entries], afterGap: false)
        );
        foreach (
            var partition in (await TopicReader.ReadAsync(options, options.CurrentTopic)).GroupBy(static record => record.Partition.Value)
        )
        {
            var told = partition.OrderBy(static record => record.Offset.Value).Select(static record => record.Event()).ToList();
            var removal = told.FindIndex(static one => one.RemovedQueue is { Queue: "orders" });
            removal.ShouldBeGreaterThanOrEqualTo(0, $"partition {partition.Key}");
            told.FindLastIndex(static one => (one.Message?.Queue ?? one.RemovedMessage?.Queue) == "orders").ShouldBeLessThan(removal);
            told.Count(static one => one.RemovedQueue is not null).ShouldBe(1);
        }
    }

    [Fact]
    public async Task An_event_that_is_too_large_goes_without_its_payload()
    {
        var options = await TestKafka.NewAsync();
        var some = new Story(seed: 11, messages: 20, transitions: 600).Entries[0];
        var large = some with { Payload = Payload.FromBytes(new byte[2_000_000]) };
        var small = some with { Id = "small", Payload = Payload.FromBytes(new byte[100]) };
        await using var publisher = TestKafka.Publisher(options);
        await publisher.DeliverAsync(new OutboxBatch([small, large], afterGap: false));
        var payloads = (await TopicReader.ReadAsync(options, options.HistoricTopic)).Select(static record => record.Event().Transition!)
            .DistinctBy(static made => made.Id).ToDictionary(static made => made.Id, static made => made.Payload);
        payloads["small"].ShouldBe(small.Payload!.Value);
        payloads[large.Id].Kind.ShouldBe(PayloadKind.None);
    }

    [Fact]
    public async Task What_a_topic_takes_bounds_batches_and_only_what_is_larger_by_itself_goes_without_its_payload()
    {
        const int Most = 20_000;
        var options = await TestKafka.NewAsync();
        var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = options.BootstrapServers }).Build();
        using var _ = admin;
        await admin.CreateTopicsAsync([
            .. new[] { options.CurrentTopic, options.HistoricTopic }.Select(topic => new TopicSpecification
            {
                Name = topic,
                NumPartitions = 1,
                Configs = Limit(Most),
            }),
        ]);
        var some = new Story(seed: 12, messages: 20, transitions: 600).Entries[0];
        await using var publisher = TestKafka.Publisher(options);
        await publisher.DeliverAsync(
            new OutboxBatch(
                [.. Enumerable.Range(0, 100).Select(i => Noise($"small-{i}", 1000)), Noise("fits", Most / 2), Noise("large", Most)],
                afterGap: false
            )
        );

        // What it takes is less from now on: the next batch is refused, and its topic asked again.
        await admin.AlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [new ConfigResource { Type = ResourceType.Topic, Name = options.HistoricTopic }] =
                [
                    new ConfigEntry { Name = "max.message.bytes", Value = $"{Most / 4}" },
                ],
            }
        );
        await publisher.DeliverAsync(
            new OutboxBatch(
                [.. Enumerable.Range(0, 100).Select(i => Noise($"later-{i}", 1000)), Noise("fits no more", Most / 2)],
                afterGap: false
            )
        );
        var records = (await TopicReader.ReadAsync(options, options.HistoricTopic))
            .DistinctBy(static record => record.Event().Transition!.Id)
            .ToList();
        records.Count.ShouldBe(203);
        foreach (var record in records)
        {
            var made = record.Event().Transition!;
            var isOmitted = made.Id is "large" or "fits no more";
            made.Payload.Kind.ShouldBe(isOmitted ? PayloadKind.None : PayloadKind.Bytes, made.Id);
            record.Message.Headers.Select(static header => header.Key).ShouldBe(isOmitted ? [KafkaPublisher.OmittedHeader] : []);
        }

        static Dictionary<string, string> Limit(int bytes) => new() { ["max.message.bytes"] = $"{bytes}" };

        OutboxEntry Noise(string id, int bytes)
        {
            var noise = new byte[bytes];
            new Random(bytes).NextBytes(noise);
            return some with { Id = id, Payload = Payload.FromBytes(noise) };
        }
    }

    [Fact]
    public async Task A_missing_topic_that_cannot_be_created_is_named()
    {
        // More copies than there are brokers.
        var options = await TestKafka.NewAsync() with { ReplicationFactor = 100 };
        await using var publisher = TestKafka.Publisher(options);
        (await Should.ThrowAsync<IOException>(async () => await publisher.DeliverAsync(Story.Deletion()))).Message
            .ShouldStartWith($"Kafka has no topic {options.CurrentTopic}, and it could not be created: ");
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_fails_the_delivery()
    {
        await using var publisher = TestKafka.Publisher(TestKafka.NewOn("127.0.0.1:1"));
        (await Should.ThrowAsync<IOException>(async () => await publisher.DeliverAsync(Story.Deletion()))).Message.ShouldStartWith(
            "Kafka cannot be reached."
        );
    }

    [Theory]
    [InlineData("acks", "1")]
    [InlineData("enable.idempotence", "false")]
    [InlineData("no.such.property", "1")]
    [InlineData("socket.timeout.ms", "soon")]
    public void A_property_that_cannot_be_set_is_refused_at_once(string name, string value)
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Properties = new Dictionary<string, string> { [name] = value } };
        Should.Throw<ArgumentException>(() => TestKafka.Publisher(options)).Message.ShouldContain(name);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
        Should.Throw<ArgumentException>(() => (options with { BootstrapServers = " " }).Validate()).ParamName.ShouldBe("BootstrapServers");
        Should.Throw<ArgumentException>(() => (options with { CurrentTopic = "a b" }).Validate()).ParamName.ShouldBe("CurrentTopic");
        Should
            .Throw<ArgumentException>(() => (options with { DeadLetterTopic = options.CurrentTopic }).Validate())
            .ParamName.ShouldBe("DeadLetterTopic");
        Should.Throw<ArgumentException>(() => (options with { Partitions = 0 }).Validate()).ParamName.ShouldBe("Partitions");
        Should.Throw<ArgumentException>(() => (options with { ReplicationFactor = 0 }).Validate()).ParamName.ShouldBe("ReplicationFactor");
    }
}
