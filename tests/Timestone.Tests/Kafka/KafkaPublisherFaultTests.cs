using Shouldly;
using Timestone.Engine;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>What brokers answer that cannot be had from a real one on demand.</summary>
[Slow]
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

    public static TheoryData<MockError> Fatal =>
        [MockError.OutOfOrderSequence, MockError.InvalidProducerEpoch, MockError.TopicNotAuthorized];

    [Theory, MemberData(nameof(Passing))]
    public async Task Errors_that_pass_are_got_over_without_the_pump(MockError[] errors)
    {
        await using var publisher = TestKafka.Publisher(_options.OneByOne());
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
        await using var publisher = TestKafka.Publisher(_options.OneByOne());
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
    public async Task What_is_larger_than_an_event_that_a_broker_refused_goes_without_its_payload()
    {
        var refused = _story.Entries[0] with { Kind = OutboxEntryKind.Restated };
        var larger = _story.Entries[0] with { Id = "larger", Payload = Payload.FromBytes(new byte[1000]) };
        await using var publisher = TestKafka.Publisher(_options.OneByOne());
        // The first time the size is not known yet.
        _kafka.Fail(MockRequest.Produce, MockError.MessageTooLarge, MockError.MessageTooLarge);
        await publisher.DeliverAsync(new OutboxBatch([refused], afterGap: false));
        await publisher.DeliverAsync(new OutboxBatch([larger], afterGap: false));
        (await TopicReader.ReadAsync(_options, _options.HistoricTopic))
            .Single()
            .Event()
            .Transition!.Payload.Kind.ShouldBe(PayloadKind.None);
    }
}
