using Shouldly;
using Timestone.Backends.Kafka;
using Timestone.Engine;
using Xunit;

namespace Timestone.Tests.Kafka;

public sealed class KafkaPublisherFaultTests : IDisposable
{
    private readonly MockKafka _kafka = new();
    private readonly KafkaOptions _options;
    private readonly Story _story = new(seed: 11, messages: 20, transitions: 600);

    public KafkaPublisherFaultTests() => _options = TestKafka.NewOn(_kafka);

    public void Dispose() => _kafka.Dispose();

    public static TheoryData<MockError[]> Passing => new()
    {
        new[] { MockError.NotLeader },
        new[] { MockError.LeaderNotAvailable, MockError.TimedOut },
        new[] { MockError.NotEnoughReplicas, MockError.NotEnoughReplicasAfterAppend },
        new[] { MockError.ConnectionLost, MockError.ConnectionLost, MockError.ConnectionLost },
    };

    public static TheoryData<MockError> Fatal => [MockError.OutOfOrderSequence, MockError.InvalidProducerEpoch, MockError.TopicNotAuthorized];

    [Theory, MemberData(nameof(Passing))]
    public async Task Errors_that_pass_are_got_over_without_the_pump(MockError[] errors)
    {
        await using var publisher = TestKafka.Publisher(_options);
        foreach (var batch in _story.Batches(200))
        {
            _kafka.Fail(MockRequest.Produce, errors);
            await publisher.DeliverAsync(batch);
        }

        await _options.ShouldHaveAllInOrderAsync(_story);
    }

    [Theory, MemberData(nameof(Fatal))]
    public async Task Errors_that_end_a_producer_are_told_and_a_new_one_begins_with_the_batch(MockError error)
    {
        await using var publisher = TestKafka.Publisher(_options);
        var failures = 0;
        foreach (var batch in _story.Batches(200))
        {
            _kafka.Fail(MockRequest.Produce, error);
            failures += await publisher.InsistAsync(batch);
        }

        failures.ShouldBeGreaterThan(0);
        await _options.ShouldHaveAllInOrderAsync(_story);
    }

    [Fact]
    public async Task Leaders_can_change_while_batches_are_on_their_way()
    {
        await using var publisher = TestKafka.Publisher(_options);
        var turn = 0;
        foreach (var batch in _story.Batches(50))
        {
            var delivering = publisher.InsistAsync(batch);
            for (var partition = 0; partition < TestKafka.Partitions; partition++)
            {
                _kafka.SetLeader(_options.HistoricTopic, partition, 1 + ((partition + turn) % _kafka.Brokers));
                _kafka.SetLeader(_options.CurrentTopic, partition, 1 + ((partition + turn) % _kafka.Brokers));
            }

            turn++;
            await delivering;
        }

        await _options.ShouldHaveAllInOrderAsync(_story);
    }

    [Fact]
    public async Task Brokers_can_go_and_come_back()
    {
        await using var publisher = TestKafka.Publisher(_options);
        var down = 0;
        foreach (var batch in _story.Batches(100))
        {
            if (down > 0)
                _kafka.BringUp(down);
            down = (down % _kafka.Brokers) + 1;
            _kafka.TakeDown(down);
            var delivering = publisher.InsistAsync(batch);
            // Partitions that the broker led wait for it, as this cluster elects no other.
            _kafka.BringUp(down);
            await delivering;
        }

        await _options.ShouldHaveAllInOrderAsync(_story);
    }

    [Fact]
    public async Task When_nothing_comes_through_for_too_long_the_pump_is_told_and_can_go_on_later()
    {
        await using var publisher = TestKafka.Publisher(_options with { DeliveryTimeout = TimeSpan.FromMilliseconds(300) });
        var batches = _story.Batches(300).ToList();
        await publisher.InsistAsync(batches[0]);
        for (var broker = 1; broker <= _kafka.Brokers; broker++)
            _kafka.TakeDown(broker);
        (await Should.ThrowAsync<IOException>(async () => await publisher.DeliverAsync(batches[1]))).Message.ShouldBe("Kafka has acknowledged nothing for 0.3 s.");
        for (var broker = 1; broker <= _kafka.Brokers; broker++)
            _kafka.BringUp(broker);
        await publisher.InsistAsync(batches[1]);
        await _options.ShouldHaveAllInOrderAsync(_story);
    }

    [Fact]
    public async Task An_event_that_is_too_large_goes_without_its_payload()
    {
        var large = _story.Entries[0] with { Payload = Payload.FromBytes(new byte[2_000_000]) };
        var small = _story.Entries[0] with { Id = "small", Payload = Payload.FromBytes(new byte[100]) };
        await using var publisher = TestKafka.Publisher(_options);
        await publisher.DeliverAsync(new OutboxBatch([small, large], afterGap: false));
        var payloads = (await TopicReader.ReadAsync(_options, _options.HistoricTopic)).Select(static record => record.Event().Transition!)
            .DistinctBy(static made => made.Id).ToDictionary(static made => made.Id, static made => made.Payload);
        payloads["small"].ShouldBe(small.Payload!.Value);
        payloads[large.Id].Kind.ShouldBe(PayloadKind.None);
    }

    [Fact]
    public async Task What_is_larger_than_an_event_that_a_broker_refused_goes_without_its_payload()
    {
        var refused = _story.Entries[0] with { Kind = OutboxEntryKind.Restated };
        var larger = _story.Entries[0] with { Id = "larger", Payload = Payload.FromBytes(new byte[1000]) };
        await using var publisher = TestKafka.Publisher(_options);
        // The first time the size is not known yet.
        _kafka.Fail(MockRequest.Produce, MockError.MessageTooLarge, MockError.MessageTooLarge);
        await publisher.DeliverAsync(new OutboxBatch([refused], afterGap: false));
        await publisher.DeliverAsync(new OutboxBatch([larger], afterGap: false));
        (await TopicReader.ReadAsync(_options, _options.HistoricTopic)).Single().Event().Transition!.Payload.Kind.ShouldBe(PayloadKind.None);
    }

    [Fact]
    public async Task A_delivery_can_be_canceled_while_no_broker_answers()
    {
        await using var publisher = TestKafka.Publisher(_options);
        var batches = _story.Batches(300).ToList();
        await publisher.DeliverAsync(batches[0]);
        for (var broker = 1; broker <= _kafka.Brokers; broker++)
            _kafka.TakeDown(broker);
        using var canceling = new CancellationTokenSource();
        var delivering = publisher.DeliverAsync(batches[1], canceling.Token).AsTask();
        await canceling.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => delivering);
        for (var broker = 1; broker <= _kafka.Brokers; broker++)
            _kafka.BringUp(broker);
        await publisher.InsistAsync(batches[1]);
        await _options.ShouldHaveAllInOrderAsync(_story);
    }
}
