using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Journals.Memory;
using Timestone.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>
/// From the source through the brokers to the index, with everything on the way failing now and then by errors that only a mock cluster can
/// be told to answer.
/// </summary>
[Slow]
public sealed class KafkaFaultTests
{
    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public async Task Whatever_fails_every_event_arrives_in_order_and_the_index_equals_the_source(int seed)
    {
        using var kafka = new MockKafka();
        var options = TestKafka.NewOn(kafka);
        var random = new Random(seed);
        var story = new Story(seed, messages: 60, transitions: 3000);
        var index = new StrictIndex();
        var failing = new Random(seed + 1);
        index.BeforeWrite = _ =>
        {
            // Both indexers write.
            lock (failing)
                return failing.Next(4) == 0 ? throw new IOException("The index is away.") : Task.CompletedTask;
        };
        await using var publisher = TestKafka.Publisher(options.OneByOne());
        await using var first = TestKafka.Indexer(options, index);
        await using var second = TestKafka.Indexer(options, index);
        await first.StartAsync();
        await second.StartAsync();
        foreach (var batch in story.Batches(100))
        {
            var delivering = publisher.InsistAsync(batch);
            kafka.Disturb(options, TestKafka.Partitions, random);
            await delivering;
        }

        await index.IncludesAsync(story);
        KafkaIndexerTests.ShouldEqual(index, story);
        await options.ShouldHaveAllInOrderAsync(story);
    }

    [Fact]
    public async Task Indexing_begins_though_brokers_would_not_say_for_long_how_far_it_was()
    {
        using var kafka = new MockKafka();
        var options = TestKafka.NewOn(kafka);
        var story = new Story(seed: 31, messages: 20, transitions: 200);
        var index = new StrictIndex();
        await using (var publisher = TestKafka.Publisher(options.OneByOne()))
        {
            foreach (var batch in story.Batches(100))
                await publisher.InsistAsync(batch);
        }

        kafka.Fail(MockRequest.OffsetFetch, [.. Enumerable.Repeat(MockError.NotCoordinator, 8)]);
        await using var indexer = TestKafka.Indexer(options, index);
        await indexer.StartAsync();
        await index.IncludesAsync(story);
        KafkaIndexerTests.ShouldEqual(index, story);
    }

    [Fact]
    public async Task Brokers_that_know_no_ids_of_topics_are_read_all_the_same_and_the_log_says_once_what_that_means()
    {
        using var kafka = new MockKafka();
        kafka.KnowNoIds();
        var options = TestKafka.NewOn(kafka);
        var (before, after) = (
            new Story(seed: 32, messages: 20, transitions: 200, "before"),
            new Story(seed: 34, messages: 20, transitions: 200, "after")
        );
        var (index, log) = (new StrictIndex(), new MemoryLog<KafkaIndexer>());
        await using var publisher = TestKafka.Publisher(options.OneByOne());
        await using (var first = new KafkaIndexer(options, index, log))
        {
            await first.StartAsync();
            foreach (var batch in before.Batches(20))
                await publisher.InsistAsync(batch);
            await index.IncludesAsync(before);
        }

        log.Count("does not tell the ids of its topics").ShouldBe(1);
        log.Count("cannot be committed").ShouldBe(0);
        await publisher.InsistAsync(after.Batches(200).Single());
        var rest = new StrictIndex();
        await using var second = TestKafka.Indexer(options, rest);
        await second.StartAsync();
        await rest.IncludesAsync(after);
        rest.Transitions.ShouldAllBe(static made => made.Queue == "after");
    }

    [Fact]
    public async Task The_index_equals_the_journal_at_the_end()
    {
        const string Queue = "orders";
        var options = await TestKafka.NewAsync();
        var index = new StrictIndex();
        var journal = new MemoryJournal(outboxLimit: 100_000);
        await using var publisher = TestKafka.Publisher(options.OneByOne());
        await using var indexer = TestKafka.Indexer(options, index);
        await indexer.StartAsync();
        await using var pump = new OutboxPump(
            "kafka",
            journal.Outbox!,
            OutboxStart.Acknowledged,
            publisher,
            NullLogger<OutboxPump>.Instance
        );
        // Time stands still, so that nothing happens after the end.
        await using var service = new LocalTimestone(journal, timeProvider: new FakeTimeProvider());
        await service.CreateQueueAsync(Queue, new QueueSettings { MaxAttempts = 2, PublishPayloads = true });
        for (var round = 0; round < 20; round++)
        {
            await service.EnqueueAsync(
                Queue,
                [
                    .. Enumerable
                        .Range(0, 20)
                        .Select(i => new NewMessage
                        {
                            Id = $"{round}-{i}",
                            Payload = Payload.FromText("x"),
                            Metadata = Metadata.Of("round", $"{round}"),
                            Deadline = DateTimeOffset.UnixEpoch.AddDays(i),
                        }),
                ]
            );
            var taken = (await service.DequeueAsync(Queue, new DequeueRequest { Max = 12, Worker = "w" })).Messages;
            await service.SettleAsync(Queue, [.. taken.Select((message, i) => (i % 3) switch
            {
                0 => Settlement.Complete(message.Id, message.LeaseToken!),
                1 => Settlement.Fail(message.Id, message.LeaseToken!, "it broke"),
                _ => Settlement.Release(message.Id, message.LeaseToken!),
            })]);
            await service.CancelAsync(Queue, [new Cancellation { Id = $"{round}-19" }]);
            await service.PurgeAsync(Queue, PurgeScope.Completed);
            await service.RedriveAllAsync(Queue);
        }

        await service.EnqueueAsync(Queue, [new NewMessage { Id = "last", Priority = long.MaxValue }]);
        var messages = new List<Message>();
        for (string? cursor = null; ;)
        {
            var page = await service.ListMessagesAsync(Queue, cursor: cursor);
            messages.AddRange(page.Messages);
            if ((cursor = page.Next) is null)
                break;
        }

        await index.BecomesAsync(() =>
            messages.TrueForAll(message => index.Messages.Any(one => one.Id == message.Id && one.Version >= message.Version))
            && index.Messages.Count == messages.Count
        );
        index
            .Messages.Select(static one => (one.Id, one.Version, one.State, one.Priority, one.Attempt, one.Worker, one.Error, one.Metadata))
            .ShouldBe(
                messages.Select(static one =>
                    (one.Id, one.Version, one.State, one.Priority, one.Attempt, one.Worker, one.Error, one.Metadata)
                ),
                ignoreOrder: true
            );
        // They are on a topic of their own.
        await index.BecomesAsync(() =>
        {
            var made = index.Transitions.ToLookup(static made => made.Id, static made => made.Version);
            return messages.TrueForAll(message => made[message.Id].Contains(message.Version));
        });
        foreach (var message in messages)
            index
                .Transitions.Where(made => made.Id == message.Id)
                .Select(static made => made.Version)
                .ShouldBe(Enumerable.Range(1, message.Version), ignoreOrder: true);
    }
}
