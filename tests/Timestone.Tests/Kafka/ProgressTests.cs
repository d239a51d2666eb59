using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>What a reader commits, where its topics may be others.</summary>
[Slow]
public sealed class ProgressTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), Day = TimeSpan.FromDays(1), Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryLog<Progress> _log = new();
    private KafkaOptions _options = null!;
    private IConsumer<byte[], byte[]> _consumer = null!;
    private Progress _progress = null!;
    private string _id = "first";
    private bool _isAway;
    private int _asked;

    private TopicPartition Partition => new(_options.CurrentTopic, 0);

    public async ValueTask InitializeAsync()
    {
        _options = await TestKafka.NewAsync();
        _consumer = new KafkaClients(_options, NullLogger.Instance).PartitionReader();
        await new KafkaTopics(_options, NullLogger.Instance).EnsureAsync(_consumer.Handle, [_options.CurrentTopic], default);
        _progress = new Progress(_consumer, _ => AskAsync(), Interval, _log, _time);
        await _progress.BeginAsync(default);
    }

    public ValueTask DisposeAsync()
    {
        _consumer.Dispose();
        return default;
    }

    [Fact]
    public async Task A_renewal_that_failed_is_tried_again_after_the_interval()
    {
        _progress.Own([new TopicPartitionOffset(Partition, 3)]);
        await BecomesCommittedAsync(3, after: Interval);
        await ForgetAsync();
        _isAway = true;
        _time.Advance(Day);
        AdvanceTwice();
        Committed().ShouldBe(Offset.Unset);
        _log.Count("cannot be committed now").ShouldBe(1);

        _isAway = false;
        var asked = _asked;
        _time.Advance(Interval - TimeSpan.FromSeconds(1));
        AdvanceTwice();
        _asked.ShouldBe(asked, "it is not time");
        await BecomesCommittedAsync(3, after: TimeSpan.FromSeconds(1));

        // Then not before the next day.
        await ForgetAsync();
        _time.Advance(Day - (2 * Interval));
        AdvanceTwice();
        Committed().ShouldBe(Offset.Unset);
        await BecomesCommittedAsync(3, after: 2 * Interval);
    }

    [Fact]
    public async Task Nothing_is_committed_of_a_topic_that_is_another_one_but_its_beginning()
    {
        _progress.Own([new TopicPartitionOffset(Partition, 3)]);
        await BecomesCommittedAsync(3, after: Interval);
        _progress.Reach([new TopicPartitionOffset(Partition, 7)]);
        _id = "second";
        (await _progress.CommitAsync()).ShouldBe(_options.CurrentTopic);
        Committed().Value.ShouldBe(0);

        // The reader has nothing until it has begun anew.
        _progress.Reach([new TopicPartitionOffset(Partition, 9)]);
        (await _progress.CommitAsync()).ShouldBeNull();
        Committed().Value.ShouldBe(0);
        await _progress.BeginAsync(default);
        _progress.Resume([Partition], Patience).ShouldBe([new TopicPartitionOffset(Partition, 0)]);
        _progress.Reach([new TopicPartitionOffset(Partition, 2)]);
        (await _progress.CommitAsync()).ShouldBeNull();
        Committed().Value.ShouldBe(2);
    }

    [Fact]
    public async Task While_it_cannot_be_asked_which_topics_they_are_nothing_is_committed_and_the_log_says_so_once()
    {
        _progress.Own([new TopicPartitionOffset(Partition, 3)]);
        _isAway = true;
        for (var round = 0; round < 3; round++)
            (await _progress.CommitAsync()).ShouldBeNull();
        _asked.ShouldBe(4);
        Committed().ShouldBe(Offset.Unset);
        _log.Count("cannot be committed now").ShouldBe(1);
        _isAway = false;
        (await _progress.CommitAsync()).ShouldBeNull();
        Committed().Value.ShouldBe(3);
    }

    private Task<Dictionary<string, string>> AskAsync()
    {
        _asked++;
        return _isAway
            ? throw new IOException("The brokers are away.")
            : Task.FromResult(new Dictionary<string, string> { [_options.CurrentTopic] = _id });
    }

    // Starts what is due, and takes note of how it ended: what fails ends at once.
    private void AdvanceTwice()
    {
        _progress.Advance().ShouldBeNull();
        _progress.Advance().ShouldBeNull();
    }

    // Its round has ended then, too: brokers have a commit before who made it knows.
    private async Task BecomesCommittedAsync(long offset, TimeSpan after)
    {
        _time.Advance(after);
        await Eventually.BeAsync(() =>
        {
            _progress.Advance().ShouldBeNull();
            return Task.FromResult(Committed() == offset);
        });
        (await _progress.CommitAsync()).ShouldBeNull();
    }

    // As Kafka does after a week.
    private async Task ForgetAsync()
    {
        _progress.Advance().ShouldBeNull();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _options.BootstrapServers }).Build();
        await admin.DeleteConsumerGroupOffsetsAsync(_options.GroupId, [Partition]);
        Committed().ShouldBe(Offset.Unset);
    }

    private Offset Committed() => _consumer.Committed([Partition], Patience).Single().Offset;
}
