using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Streams;
using Shouldly;
using Timestone.Backends.Kafka;
using Timestone.Streams.Kafka;
using Timestone.Tests.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>Reading one partition as a pulling agent does, without Orleans.</summary>
public sealed class KafkaReceiverTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private KafkaOptions _options = null!;

    public async ValueTask InitializeAsync() => _options = Options((await KafkaServer.SharedAsync()).BootstrapServers);

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_was_read_and_not_delivered_is_read_again_by_the_next()
    {
        await WriteAsync(0, 5);
        var first = new Agent(_options);
        (await first.ReadAsync(5)).ShouldBe([0, 1, 2, 3, 4]);
        await first.StopAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(5)).ShouldBe([0, 1, 2, 3, 4]);
        await second.StopAsync();
    }

    [Fact]
    public async Task What_was_delivered_is_not_read_again_by_the_next()
    {
        await WriteAsync(0, 5);
        var first = new Agent(_options);
        await first.ReadAsync(5);
        first.Deliver(3);
        await first.StopAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(2)).ShouldBe([3, 4]);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_record_that_cannot_be_understood_is_passed_over()
    {
        await WriteAsync(0, 2);
        await WriteAsync("?");
        await WriteAsync(2, 1);
        var agent = new Agent(_options, new Picky());
        (await agent.ReadAsync(3)).ShouldBe([0, 1, 3]);
        await agent.StopAsync();
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
        await agent.StopAsync();
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
        await first.StopAsync();
        kafka.Fail(MockRequest.OffsetFetch, [.. Enumerable.Repeat(error, 8)]);
        var second = new Agent(_options);
        (await second.ReadAsync(2)).ShouldBe([3, 4]);
        await second.StopAsync();
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
        await agent.StopAsync();
        var second = new Agent(_options);
        (await second.ReadAsync(1)).ShouldBe([2]);
        await second.StopAsync();
    }

    [Fact]
    public async Task How_far_a_partition_was_delivered_is_committed_again_once_a_day_though_nothing_more_is()
    {
        await WriteAsync(0, 4);
        var time = new ManualTimeProvider();
        var idle = new Agent(_options, time: time);
        await idle.ReadAsync(4);
        idle.Deliver(3);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _options.BootstrapServers }).Build();
        using var member = new KafkaClients(_options, NullLogger.Instance).PartitionReader(static _ => { });

        await Eventually.BeAsync(CommittedAsync);
        for (var day = 0; day < 3; day++)
        {
            // As Kafka does after a week. The first may be made good by what is committed at the start.
            await admin.DeleteConsumerGroupOffsetsAsync(_options.GroupId, [new TopicPartition(_options.CurrentTopic, 0)]);
            time.Advance(TimeSpan.FromDays(1));
            await Eventually.BeAsync(CommittedAsync);
        }

        await idle.StopAsync();

        async Task<bool> CommittedAsync()
        {
            (await idle.LookAsync()).ShouldBeEmpty();
            return member.Committed([new TopicPartition(_options.CurrentTopic, 0)], Patience).Single().Offset == 3;
        }
    }

    private static KafkaOptions Options(string servers) =>
        new() { BootstrapServers = servers, CurrentTopic = $"records-{Guid.NewGuid():N}", GroupId = $"group-{Guid.NewGuid():N}", Partitions = 1, CommitInterval = TimeSpan.FromMilliseconds(1) };

    private async Task WriteAsync(int from, int count)
    {
        for (var i = from; i < from + count; i++)
            await WriteAsync($"{i}");
    }

    private async Task WriteAsync(string value)
    {
        var clients = new KafkaClients(_options, NullLogger.Instance);
        using var sender = new KafkaSender(clients, new KafkaTopic(_options, clients, NullLogger<KafkaTopic>.Instance), Patience, TimeProvider.System);
        await sender.SendAsync(0, new Message<byte[], byte[]> { Value = Encoding.UTF8.GetBytes(value) });
    }

    /// <summary>Reads numbers only.</summary>
    private sealed class Picky : IKafkaDataAdapter
    {
        private readonly PlainRecords _records = new("test");

        public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

        public Message<byte[], byte[]> ToRecord<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? requestContext) => throw new NotSupportedException();

        public KafkaEvents FromRecord(ConsumeResult<byte[], byte[]> record)
        {
            _ = int.Parse(Encoding.UTF8.GetString(record.Message.Value), System.Globalization.CultureInfo.InvariantCulture);
            return _records.FromRecord(record);
        }
    }

    /// <summary>Does what a pulling agent does, with one consumer.</summary>
    private sealed class Agent
    {
        private readonly KafkaQueueCache _cache = new(mostBytes: 1_000_000, recordsPerDelivery: 1);
        private readonly KafkaReceiver _receiver;
        private IQueueCacheCursor? _cursor;

        public Agent(KafkaOptions options, IKafkaDataAdapter? data = null, TimeProvider? time = null)
        {
            var clients = new KafkaClients(options, NullLogger.Instance);
            var topic = new KafkaTopic(options, clients, NullLogger<KafkaTopic>.Instance);
            _receiver = new KafkaReceiver(new TopicPartition(options.CurrentTopic, 0), clients, topic, data ?? new PlainRecords("test"), _cache, NullLogger<KafkaReceiver>.Instance, time ?? TimeProvider.System);
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
            if (_cache.TryPurgeFromCache(out var delivered))
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

        public Task StopAsync() => _receiver.Shutdown(Patience);
    }
}
