using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

[Slow]
public sealed class KafkaIndexerTests : IAsyncLifetime
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private readonly StrictIndex _index = new();
    private KafkaOptions _options = null!;

    public async ValueTask InitializeAsync() => _options = await TestKafka.NewAsync();

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_comes_again_and_out_of_order_leaves_the_index_equal_to_the_source()
    {
        var story = new Story(seed: 21, messages: 50, transitions: 1000);
        await using var publisher = TestKafka.Publisher(_options);
        await using var indexer = TestKafka.Indexer(_options, _index);
        await indexer.StartAsync();
        foreach (var pair in story.Batches(50).Chunk(2))
        {
            // The later one first, then both as they should be, then the earlier one again.
            foreach (var batch in (OutboxBatch[])[pair[^1], pair[0], pair[^1], pair[0]])
                await publisher.DeliverAsync(batch);
        }

        await _index.IncludesAsync(story);
        ShouldEqual(_index, story);
    }

    [Fact]
    public async Task What_is_no_event_or_is_rejected_goes_to_the_dead_letters_with_its_reason()
    {
        var story = new Story(seed: 22, messages: 10, transitions: 40);
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "timestone.events.dead_letters")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Value is string topic && (topic == _options.CurrentTopic || topic == _options.HistoricTopic))
                        Interlocked.Add(ref counted, value);
                }
            }
        );
        listener.Start();
        await using (var publisher = TestKafka.Publisher(_options))
            await publisher.DeliverAsync(story.Batches(40).Single());
        var garbage = Produce(_options.CurrentTopic, partition: 1, "{ not JSON");
        var newer = Produce(_options.HistoricTopic, partition: 2, """{"schema":2,"kind":"poem"}""");
        var empty = Produce(_options.CurrentTopic, partition: 3, null);
        var victim = story.Transitions.First();
        _index.Reject = told => told.Transition == victim ? "it has too many fields" : null;
        await using (var publisher = TestKafka.Publisher(_options))
        {
            await publisher.DeliverAsync(new Story(seed: 23, messages: 10, transitions: 100, "behind").Batches(100).Single());
            await using var indexer = TestKafka.Indexer(_options, _index);
            await indexer.StartAsync();
            var letters = await TopicReader.TakeAsync(_options, _options.DeadLetterTopic, 4);
            letters
                .Select(Origin)
                .ShouldBe(
                    [
                        .. new[] { garbage, newer, empty }.Select(static at => $"{at.Topic}/{at.Partition.Value}/{at.Offset.Value}"),
                        .. letters.Where(letter => Header(letter, "reason") == "it has too many fields").Select(Origin),
                    ],
                    ignoreOrder: true
                );
            Reason(garbage).ShouldStartWith("It is no event.");
            Reason(newer).ShouldBe("Its schema is 2, and 1 is the newest that can be read here.");
            var rejected = letters.Single(static letter => Header(letter, "reason") == "it has too many fields");
            rejected.Event().Transition.ShouldBe(victim);
            rejected.Key().ShouldBe($"orders/{victim.Id}");

            string Reason(TopicPartitionOffset at) =>
                Header(letters.Single(letter => Origin(letter) == $"{at.Topic}/{at.Partition.Value}/{at.Offset.Value}"), "reason");
        }

        Interlocked.Read(ref counted).ShouldBe(4);
    }

    [Fact]
    public async Task While_the_index_is_away_nothing_is_lost_and_the_partitions_are_kept()
    {
        // Away for longer than a member may go without asking for records.
        var options = _options with
        {
            Properties = new Dictionary<string, string>
            {
                ["max.poll.interval.ms"] = "6000",
                ["session.timeout.ms"] = "6000",
                ["heartbeat.interval.ms"] = "500",
            },
        };
        var story = new Story(seed: 24, messages: 50, transitions: 1000);
        var failures = 0;
        _index.BeforeWrite = _ => ++failures <= 8 ? throw new IOException("The index is away.") : Task.CompletedTask;
        var log = new MemoryLog<KafkaIndexer>();
        await using var publisher = TestKafka.Publisher(_options);
        await using var indexer = new KafkaIndexer(options, _index, log);
        await indexer.StartAsync();
        foreach (var batch in story.Batches(100))
            await publisher.DeliverAsync(batch);
        await _index.IncludesAsync(story);
        ShouldEqual(_index, story);
        log.Count("The indexer has the partitions").ShouldBe(1);
        log.Count("The indexer gives up").ShouldBe(0);
        log.Count("The indexer stalls").ShouldBe(1);
    }

    [Fact]
    public async Task A_restarted_indexer_goes_on_where_the_last_one_had_come_to()
    {
        var before = new Story(seed: 25, messages: 20, transitions: 200, "before");
        var after = new Story(seed: 26, messages: 20, transitions: 200, "after");
        await using var publisher = TestKafka.Publisher(_options);
        await publisher.DeliverAsync(before.Batches(200).Single());
        await using (var first = TestKafka.Indexer(_options, _index))
        {
            await first.StartAsync();
            await _index.IncludesAsync(before);
        }

        await publisher.DeliverAsync(after.Batches(200).Single());
        var index = new StrictIndex();
        await using var second = TestKafka.Indexer(_options, index);
        await second.StartAsync();
        await index.IncludesAsync(after);
        index.Transitions.ShouldAllBe(static made => made.Queue == "after");
        ShouldEqual(index, after);
    }

    [Fact]
    public async Task Topics_that_were_created_again_and_have_grown_past_what_was_indexed_are_indexed_from_their_beginning()
    {
        var (before, after) = (
            new Story(seed: 28, messages: 20, transitions: 100, "before"),
            new Story(seed: 29, messages: 200, transitions: 2000, "after")
        );

        // Time stands still: what is done is committed at once, and else it is looked which topics they are only when time goes on.
        var (time, log) = (new StandingClock(), new HeldLog());
        var options = _options with
        {
            Properties = new Dictionary<string, string> { ["session.timeout.ms"] = "60000", ["debug"] = "metadata" },
        };
        await using (var first = new KafkaIndexer(options, _index, log, time))
        {
            await first.StartAsync();
            await using (var publisher = TestKafka.Publisher(_options))
                await publisher.DeliverAsync(before.Batches(100).Single());
            await _index.IncludesAsync(before);
            time.Advance(Look);
            await using (var events = new KafkaEventLog(_options, NullLogger<KafkaEventLog>.Instance))
                await Eventually.BeAsync(async () => (await events.ReadAsync()).Waiting == 0);

            // The client does not see that they are missing: it would begin by itself then.
            log.Hold("Requesting metadata");
            await _options.CreateAnewAsync();
            await using (var publisher = TestKafka.Publisher(_options))
            {
                foreach (var batch in after.Batches(500))
                    await publisher.InsistAsync(batch);
            }

            log.Release();
            var last = after.Transitions.TakeLast(100).ToHashSet();
            await Task.WhenAny(
                first.Completion,
                _index.BecomesAsync(() => first.Completion.IsCompleted || last.IsSubsetOf(_index.Transitions))
            );
            _index.Transitions.Contains(after.Transitions.First()).ShouldBeFalse("they are read on where the deleted ones were");
            await Eventually.BeAsync(() =>
            {
                time.Advance(Look);
                return Task.FromResult(first.Completion.IsCompleted);
            });
        }

        log.Lines.Count("The indexer begins anew").ShouldBe(1);
        await using var second = TestKafka.Indexer(_options, _index);
        await second.StartAsync();
        await _index.IncludesAsync(after);
        ShouldEqual(_index, after);
    }

    [Fact]
    public async Task What_the_index_had_not_acknowledged_comes_again_to_the_next()
    {
        var story = new Story(seed: 27, messages: 20, transitions: 200);
        await using var publisher = TestKafka.Publisher(_options);
        await publisher.DeliverAsync(story.Batches(200).Single());
        var writing = new TaskCompletionSource();
        _index.BeforeWrite = _ =>
        {
            writing.TrySetResult();
            throw new IOException("The index is away.");
        };
        await using (var first = TestKafka.Indexer(_options, _index))
        {
            await first.StartAsync();
            await writing.Task;
        }

        var index = new StrictIndex();
        await using var second = TestKafka.Indexer(_options, index);
        await second.StartAsync();
        await index.IncludesAsync(story);
        ShouldEqual(index, story);
    }

    [Fact]
    public async Task Indexers_share_the_partitions_and_take_over_from_each_other()
    {
        var stories = Enumerable
            .Range(0, 3)
            .Select(static i => new Story(seed: 30 + i, messages: 50, transitions: 400, $"queue{i}"))
            .ToList();
        var (firstLog, secondLog) = (new MemoryLog<KafkaIndexer>(), new MemoryLog<KafkaIndexer>());
        await using var publisher = TestKafka.Publisher(_options);
        var first = new KafkaIndexer(_options, _index, firstLog);
        await first.StartAsync();
        await publisher.DeliverAsync(stories[0].Batches(400).Single());
        await _index.IncludesAsync(stories[0]);

        await using var second = new KafkaIndexer(_options, _index, secondLog);
        await second.StartAsync();
        await firstLog.SaysAsync("The indexer gives up the partitions");
        await secondLog.SaysAsync($"The indexer has the partitions {_options.CurrentTopic}");
        foreach (var batch in stories[1].Batches(20))
            await publisher.DeliverAsync(batch);
        await _index.IncludesAsync(stories[1]);

        foreach (var batch in stories[2].Batches(20))
        {
            await publisher.DeliverAsync(batch);
            // In the midst of it.
            if (batch == stories[2].Batches(20).First())
                await first.DisposeAsync();
        }

        await first.DisposeAsync();
        await _index.IncludesAsync(stories[2]);
        foreach (var story in stories)
            ShouldEqual(_index, story);
    }

    [Fact]
    public async Task Partitions_that_are_given_up_while_the_index_hangs_are_read_on_by_whoever_gets_them_back()
    {
        // More than is gathered while the index hangs, so that the partitions are paused when the second one comes.
        var story = new Story(seed: 33, messages: 500, transitions: 8000);
        await using var publisher = TestKafka.Publisher(_options);
        foreach (var batch in story.Batches(1000))
            await publisher.DeliverAsync(batch);
        var (writing, hangs) = (new TaskCompletionSource(), new TaskCompletionSource());
        _index.BeforeWrite = _ =>
        {
            writing.TrySetResult();
            return hangs.Task;
        };
        var log = new MemoryLog<KafkaIndexer>();
        await using var first = new KafkaIndexer(_options, _index, log);
        await first.StartAsync();
        await writing.Task;
        await using var second = TestKafka.Indexer(_options, _index);
        await second.StartAsync();
        await log.SaysAsync("The indexer gives up the partitions");
        hangs.SetResult();
        await _index.IncludesAsync(story);
        ShouldEqual(_index, story);
    }

    [Fact]
    public async Task A_writer_that_breaks_the_rules_ends_the_indexer_and_is_told()
    {
        await using var publisher = TestKafka.Publisher(_options);
        await publisher.DeliverAsync(new Story(seed: 40, messages: 1, transitions: 1).Batches(1).Single());
        _index.BeforeWrite = static _ => throw new NotSupportedException("A bug.");
        await using var indexer = TestKafka.Indexer(_options, _index);
        await indexer.StartAsync();
        await Should.ThrowAsync<NotSupportedException>(() => indexer.Completion);
    }

    internal static void ShouldEqual(StrictIndex index, Story story)
    {
        var queue = story.Entries[0].Queue;
        index.Messages.Where(message => message.Queue == queue).ShouldBe(story.Messages, ignoreOrder: true);
        index.Transitions.Where(made => made.Queue == queue).ShouldBe(story.Transitions, ignoreOrder: true);
    }

    /// <summary>A log that holds whoever writes a certain line: a client of Kafka tells what it does on the thread that does it.</summary>
    private sealed class HeldLog : ILogger<KafkaIndexer>
    {
        private readonly TaskCompletionSource _released = new();
        private volatile string? _line;

        public MemoryLog<KafkaIndexer> Lines { get; } = new();

        public void Hold(string line) => _line = line;

        public void Release() => _released.SetResult();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (_line is { } line && formatter(state, exception).Contains(line, StringComparison.Ordinal))
                _released.Task.Wait();
            if (Lines.IsEnabled(logLevel))
                Lines.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    private static string Header(ConsumeResult<byte[], byte[]> letter, string name) =>
        Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes(name));

    private static string Origin(ConsumeResult<byte[], byte[]> letter) =>
        $"{Header(letter, "topic")}/{Header(letter, "partition")}/{Header(letter, "offset")}";

    private TopicPartitionOffset Produce(string topic, int partition, string? value)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = _options.BootstrapServers })
            .SetValueSerializer(Serializers.ByteArray!)
            .Build();
        return producer
            .ProduceAsync(
                new TopicPartition(topic, partition),
                new Message<byte[], byte[]?> { Key = "k"u8.ToArray(), Value = value is null ? null : Encoding.UTF8.GetBytes(value) }
            )
            .GetAwaiter()
            .GetResult()
            .TopicPartitionOffset;
    }
}
