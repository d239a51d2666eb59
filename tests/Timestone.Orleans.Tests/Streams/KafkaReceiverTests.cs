using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Streams;
using Shouldly;
using Timestone.Kafka.Clients;
using Timestone.Streams.Kafka;
using Timestone.Tests.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>Reading one partition as a pulling agent does, without Orleans.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class KafkaReceiverTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Second = TimeSpan.FromSeconds(1);
    private KafkaOptions _options = null!;

    public async ValueTask InitializeAsync() => _options = Options((await KafkaServer.SharedAsync()).BootstrapServers);

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_was_read_and_not_delivered_is_read_again_by_the_next()
    {
        await WriteAsync(0, 5);
        var first = new Agent(_options);
        (await first.ReadAsync(5)).ShouldBe([0, 1, 2, 3, 4]);
        await first.DisposeAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(5)).ShouldBe([0, 1, 2, 3, 4]);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task What_was_delivered_is_not_read_again_by_the_next()
    {
        await WriteAsync(0, 5);
        var first = new Agent(_options);
        await first.ReadAsync(5);
        first.Deliver(3);
        await first.DisposeAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(2)).ShouldBe([3, 4]);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_record_that_cannot_be_understood_is_passed_over()
    {
        await WriteAsync(0, 2);
        await WriteAsync("?");
        await WriteAsync(2, 1);
        var agent = new Agent(_options, new Picky());
        (await agent.ReadAsync(3)).ShouldBe([0, 1, 3]);
        await agent.DisposeAsync();
    }

    [Fact]
    public async Task Reading_goes_on_after_brokers_answered_with_errors()
    {
        using var kafka = new MockKafka();
        _options = Options(kafka.BootstrapServers);
        kafka.CreateTopic(_options.CurrentTopic, 1);
        await WriteAsync(0, 3);
        var agent = new Agent(_options);
        await agent.ReadAsync(3);
        kafka.Fail(MockRequest.Fetch, MockError.NotLeader, MockError.ConnectionLost);
        kafka.Fail(MockRequest.OffsetCommit, MockError.NotCoordinator, MockError.CoordinatorNotAvailable);
        kafka.SetLeader(_options.CurrentTopic, 0, 2);
        agent.Deliver(3);
        await WriteAsync(3, 3);
        (await agent.ReadAsync(3)).ShouldBe([3, 4, 5]);
        await agent.DisposeAsync();
    }

    [Theory]
    [InlineData(MockError.NotCoordinator)]
    [InlineData(MockError.CoordinatorNotAvailable)]
    [InlineData(MockError.ConnectionLost)]
    public async Task Reading_begins_though_brokers_would_not_say_for_long_how_far_it_was(MockError error)
    {
        using var kafka = new MockKafka();
        _options = Options(kafka.BootstrapServers);
        kafka.CreateTopic(_options.CurrentTopic, 1);
        await WriteAsync(0, 5);
        var first = new Agent(_options);
        await first.ReadAsync(5);
        first.Deliver(3);
        await first.DisposeAsync();
        kafka.Fail(MockRequest.OffsetFetch, [.. Enumerable.Repeat(error, 8)]);
        var second = new Agent(_options);
        (await second.ReadAsync(2)).ShouldBe([3, 4]);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_created_again_is_read_from_its_beginning_and_delivered()
    {
        await WriteAsync(0, 5);
        var agent = new Agent(_options);
        await agent.ReadAsync(5);
        agent.Deliver(5);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _options.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync([_options.CurrentTopic]);
        await WriteAsync(0, 3);
        (await agent.ReadAsync(3)).ShouldBe([0, 1, 2]);
        agent.Deliver(2);
        await agent.DisposeAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(1)).ShouldBe([2]);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_topic_that_was_created_again_and_has_grown_past_what_was_delivered_is_read_from_its_beginning()
    {
        // The client, which notices at once that the topic is gone, asks for it again when it has grown.
        var options = _options with
        {
            Properties = new Dictionary<string, string> { ["topic.metadata.refresh.fast.interval.ms"] = "5000" },
        };
        await WriteAsync(0, 3);

        // Time stands still, so that neither is committed nor looked which topic it is unless it is told to go on.
        var time = new StandingClock();
        var agent = new Agent(options, time: time);
        await agent.ReadAsync(3);
        agent.Deliver(3);
        using var member = Member();
        await Eventually.BeAsync(async () =>
        {
            time.Advance(Second);
            (await agent.LookAsync()).ShouldBeEmpty();
            return Committed(member) == 3;
        });
        using var admin = Admin();
        await admin.DeleteTopicsAsync([_options.CurrentTopic]);
        await WriteAsync(0, 10);
        (await agent.ReadAsync(7)).ShouldBe([3, 4, 5, 6, 7, 8, 9], "it is read on where the deleted one was");
        agent.Deliver(7);

        // Now it is to be committed how far it is.
        time.Advance(Second);
        (await agent.ReadAsync(10)).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        agent.Deliver(9);
        await agent.DisposeAsync();
        await using var second = new Agent(_options);
        (await second.ReadAsync(1)).ShouldBe([9]);
    }

    [Fact]
    public async Task How_far_a_partition_was_delivered_is_committed_again_once_a_day_though_nothing_more_is()
    {
        await WriteAsync(0, 4);
        await using (var first = new Agent(_options))
        {
            await first.ReadAsync(4);
            first.Deliver(3);
        }

        var time = new StandingClock();
        await using var idle = new Agent(_options, time: time);
        (await idle.ReadAsync(1)).ShouldBe([3]);
        using var admin = Admin();
        using var member = Member();
        foreach (var later in (TimeSpan[])[Second, TimeSpan.FromDays(1), TimeSpan.FromDays(1)])
        {
            // As Kafka does after a week. It is also committed at the start.
            await admin.DeleteConsumerGroupOffsetsAsync(_options.GroupId, [new TopicPartition(_options.CurrentTopic, 0)]);
            Committed(member).ShouldBe(Offset.Unset);
            time.Advance(later);
            await Eventually.BeAsync(async () =>
            {
                (await idle.LookAsync()).ShouldBeEmpty();
                return Committed(member) == 3;
            });
        }
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _options.BootstrapServers }).Build();

    private IConsumer<byte[], byte[]> Member() => new KafkaClients(_options, NullLogger.Instance).PartitionReader();

    private Offset Committed(IConsumer<byte[], byte[]> member) =>
        member.Committed([new TopicPartition(_options.CurrentTopic, 0)], Patience).Single().Offset;

    private static KafkaOptions Options(string servers) =>
        new()
        {
            BootstrapServers = servers,
            CurrentTopic = $"records-{Guid.NewGuid():N}",
            GroupId = $"group-{Guid.NewGuid():N}",
            Partitions = 1,
            CommitInterval = TimeSpan.FromMilliseconds(1),
        };

    private Task WriteAsync(int from, int count) => WriteAsync([.. Enumerable.Range(from, count).Select(static number => $"{number}")]);

    private async Task WriteAsync(params string[] values)
    {
        var clients = new KafkaClients(_options, NullLogger.Instance);
        using var topic = new KafkaTopic(_options, clients, NullLogger<KafkaTopic>.Instance);
        using var sender = new KafkaSender(clients, topic, Patience, TimeProvider.System);
        foreach (var value in values)
            await sender.SendAsync(0, new Message<byte[], byte[]> { Value = Encoding.UTF8.GetBytes(value) });
    }

    /// <summary>Reads numbers only.</summary>
    private sealed class Picky : IKafkaDataAdapter
    {
        private readonly PlainRecords _records = new("test");

        public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

        public Message<byte[], byte[]> ToRecord<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? requestContext) =>
            throw new NotSupportedException();

        public KafkaEvents FromRecord(ConsumeResult<byte[], byte[]> record)
        {
            _ = int.Parse(Encoding.UTF8.GetString(record.Message.Value), System.Globalization.CultureInfo.InvariantCulture);
            return _records.FromRecord(record);
        }
    }

    /// <summary>Does what a pulling agent does, with one consumer.</summary>
    private sealed class Agent : IAsyncDisposable
    {
        private readonly KafkaQueueCache _cache = new(mostBytes: 1_000_000, recordsPerDelivery: 1);
        private readonly KafkaTopic _topic;
        private readonly KafkaReceiver _receiver;
        private IQueueCacheCursor? _cursor;

        public Agent(KafkaOptions options, IKafkaDataAdapter? data = null, TimeProvider? time = null)
        {
            var clients = new KafkaClients(options, NullLogger.Instance);
            _topic = new KafkaTopic(options, clients, NullLogger<KafkaTopic>.Instance);
            _receiver = new KafkaReceiver(
                new TopicPartition(options.CurrentTopic, 0),
                clients,
                _topic,
                data ?? new PlainRecords("test"),
                _cache,
                NullLogger<KafkaReceiver>.Instance,
                time ?? TimeProvider.System
            );
        }

        /// <summary>Reads so many records; answers their offsets.</summary>
        public async Task<List<long>> ReadAsync(int count)
        {
            if (_cursor is null)
                await _receiver.Initialize(Patience);
            var began = TimeProvider.System.GetTimestamp();
            List<IBatchContainer> read = [];
            while (read.Count < count && TimeProvider.System.GetElapsedTime(began) < Patience)
                read.AddRange(await LookAsync(count));
            _cursor ??= _cache.GetCacheCursor(read[0].StreamId, read[0].SequenceToken);
            return [.. read.Select(static batch => batch.SequenceToken.SequenceNumber)];
        }

        /// <summary>Tells what was delivered, then takes what is there.</summary>
        public async Task<IList<IBatchContainer>> LookAsync(int count = 100)
        {
            if (_cursor is not null && _cache.TryPurgeFromCache(out var delivered))
                await _receiver.MessagesDeliveredAsync(delivered);
            var batches = await _receiver.GetQueueMessagesAsync(count);
            _cache.AddToCache(batches);
            return batches;
        }

        /// <summary>Delivers so many.</summary>
        public void Deliver(int count)
        {
            for (var i = 0; i <= count; i++)
                _cursor!.Advance();
        }

        public async ValueTask DisposeAsync()
        {
            await _receiver.Shutdown(Patience);
            _receiver.Dispose();
            _topic.Dispose();
        }
    }
}
