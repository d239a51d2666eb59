using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Bench.Reporting;
using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Events;

/// <summary>
/// Kafka's part of the way: from batches of the outbox through the publisher into Kafka, and from there through the indexer into an index
/// that keeps nothing. Publisher, indexer and, unless the command line names brokers, a mock cluster share this process.
/// </summary>
internal sealed class KafkaBench(Report report, double seconds, int rounds, string? brokers = null)
{
    public const int Partitions = 16;

    private const int BatchSize = 20_000;

    public async Task RunAsync()
    {
        var (published, indexed) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var kafka = new BenchBrokers(brokers);
            var options = kafka.Topics();
            var (count, perSecond) = await PublishAsync(options).ConfigureAwait(false);
            published.Add(perSecond);
            indexed.Add(await IndexAsync(options, count).ConfigureAwait(false));
        }

        report.Add(Figure.Median("kafka/publisher", "transitions/s", published));
        report.Add(Figure.Median("kafka/indexer", "transitions/s", indexed));
    }

    internal async Task<(int Count, double PerSecond)> PublishAsync(KafkaOptions options)
    {
        var publisher = Publisher(options);
        await using (publisher.ConfigureAwait(false))
        {
            var count = 0;
            await publisher.DeliverAsync(Batch(BatchSize, ref count)).ConfigureAwait(false);
            var first = count;
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
                await publisher.DeliverAsync(Batch(BatchSize, ref count)).ConfigureAwait(false);
            return (count, (count - first) / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    }

    // From the first write on: joining the group takes seconds.
    internal static async Task<double> IndexAsync(KafkaOptions options, int transitions)
    {
        var index = new CountingIndex(transitions, warmup: BatchSize);
        var indexer = Indexer(options, index);
        await using (indexer.ConfigureAwait(false))
        {
            await indexer.StartAsync().ConfigureAwait(false);
            var took = await index.Taken.ConfigureAwait(false);
            return transitions / took.TotalSeconds;
        }
    }

    internal static KafkaOptions Topics(MockKafka kafka, int partitions = Partitions)
    {
        var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers };
        kafka.CreateTopic(options.CurrentTopic, partitions);
        kafka.CreateTopic(options.HistoricTopic, partitions);
        return options;
    }

    internal static KafkaPublisher Publisher(KafkaOptions options) => new(options, NullLogger<KafkaPublisher>.Instance);

    internal static KafkaIndexer Indexer(KafkaOptions options, IIndexWriter index) =>
        new(options, index, NullLogger<KafkaIndexer>.Instance);

    private static OutboxBatch Batch(int size, ref int count)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var entries = new OutboxEntry[size];
        for (var i = 0; i < size; i++)
        {
            entries[i] = new OutboxEntry
            {
                Kind = OutboxEntryKind.Transition,
                Queue = "orders",
                QueueCreatedAt = 1,
                At = now,
                Id = $"order-{count}",
                Sequence = count++,
                Version = 2,
                From = MessageState.Pending,
                Since = now - 1000,
                State = MessageState.Running,
                Cause = TransitionCause.Dequeue,
                Attempt = 1,
                Priority = now,
                EnqueuedAt = now - 1000,
                Metadata = Metadata.Of("tenant", "acme"),
                Worker = "worker-7",
            };
        }

        return new OutboxBatch(entries, afterGap: false);
    }
}
