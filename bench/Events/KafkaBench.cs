using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Backends.Kafka;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Engine;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Events;

/// <summary>
/// Kafka's part of the way: from batches of the outbox through the publisher into librdkafka's mock cluster, and from there through
/// the indexer into an index that keeps nothing. Brokers, publisher and indexer share this process.
/// </summary>
internal sealed class KafkaBench(Report report, double seconds, int rounds)
{
    private const int Partitions = 16, BatchSize = 20_000, PacedPerSecond = 5000, PacesPerSecond = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1.0 / PacesPerSecond);

    public async Task RunAsync()
    {
        var (published, indexed) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var kafka = new MockKafka();
            var options = Topics(kafka);
            var (count, perSecond) = await PublishAsync(options).ConfigureAwait(false);
            published.Add(perSecond);
            indexed.Add(await IndexAsync(options, count).ConfigureAwait(false));
        }

        report.Add(Figure.Median("kafka/publisher", "transitions/s", published));
        report.Add(Figure.Median("kafka/indexer", "transitions/s", indexed));
        await MeasureLagAsync().ConfigureAwait(false);
    }

    private async Task<(int Count, double PerSecond)> PublishAsync(KafkaOptions options)
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
    private static async Task<double> IndexAsync(KafkaOptions options, int transitions)
    {
        var index = new CountingIndex(transitions);
        var indexer = Indexer(options, index);
        await using (indexer.ConfigureAwait(false))
        {
            await indexer.StartAsync().ConfigureAwait(false);
            var took = await index.Taken.ConfigureAwait(false);
            return transitions / took.TotalSeconds;
        }
    }

    private async Task MeasureLagAsync()
    {
        using var kafka = new MockKafka();
        var options = Topics(kafka);
        var total = (int)(PacedPerSecond * seconds);
        var index = new CountingIndex(total + BatchSize);
        var publisher = Publisher(options);
        await using (publisher.ConfigureAwait(false))
        {
            var indexer = Indexer(options, index);
            await using (indexer.ConfigureAwait(false))
            {
                await indexer.StartAsync().ConfigureAwait(false);
                var count = 0;
                await publisher.DeliverAsync(Batch(BatchSize, ref count)).ConfigureAwait(false);
                await index.Begun.ConfigureAwait(false);
                index.ForgetLatencies();
                var began = Stopwatch.GetTimestamp();
                for (var sent = 0; sent < total;)
                {
                    var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PacedPerSecond));
                    if (due > sent)
                        await publisher.DeliverAsync(Batch(due - sent, ref count)).ConfigureAwait(false);
                    sent = due;
                    await Task.Delay(Pace).ConfigureAwait(false);
                }

                await index.Taken.ConfigureAwait(false);
            }
        }

        var lag = index.Percentiles(0.5, 0.99);
        report.Add(new Figure { Name = $"kafka/lag at {PacedPerSecond}/s/p50", Unit = "ms", Value = lag[0] });
        report.Add(new Figure { Name = $"kafka/lag at {PacedPerSecond}/s/p99", Unit = "ms", Value = lag[1], AtMost = 1000 });
    }

    private static KafkaOptions Topics(MockKafka kafka)
    {
        var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers };
        kafka.CreateTopic(options.CurrentTopic, Partitions);
        kafka.CreateTopic(options.HistoricTopic, Partitions);
        return options;
    }

    private static KafkaPublisher Publisher(KafkaOptions options) => new(options, NullLogger<KafkaPublisher>.Instance);

    private static KafkaIndexer Indexer(KafkaOptions options, IIndexWriter index) => new(options, index, NullLogger<KafkaIndexer>.Instance);

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
                Cause = Cause.Dequeue,
                Attempt = 1,
                Priority = now,
                EnqueuedAt = now - 1000,
                Metadata = Metadata.Of("tenant", "acme"),
                Worker = "worker-7",
            };
        }

        return new OutboxBatch(entries, afterGap: false);
    }

    private sealed class CountingIndex(int transitions) : IIndexWriter
    {
        private readonly TaskCompletionSource<TimeSpan> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Latencies _latencies = new();
        private long _first;
        private int _events;

        /// <summary>Ends with the first batch: what comes then comes at its own pace.</summary>
        public Task Begun => _begun.Task;

        /// <summary>Ends when everything was written, with how long that took from the first write on.</summary>
        public Task<TimeSpan> Taken => _taken.Task;

        public double[] Percentiles(params double[] shares) => _latencies.Percentiles(shares);

        public void ForgetLatencies() => Interlocked.Exchange(ref _latencies, new Latencies());

        public Task<IReadOnlyList<RejectedEvent>> WriteAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken = default)
        {
            if (_first == 0)
                _first = Stopwatch.GetTimestamp();
            var (now, latencies) = (DateTimeOffset.UtcNow, _latencies);
            foreach (var told in events)
                latencies.Add((long)((now - (told.Transition?.At ?? told.Message!.UpdatedAt)).TotalSeconds * Stopwatch.Frequency));
            _events += events.Count;
            if (_events >= 2 * BatchSize)
                _begun.TrySetResult();
            if (_events >= 2 * transitions)
                _taken.TrySetResult(Stopwatch.GetElapsedTime(_first));
            return Task.FromResult<IReadOnlyList<RejectedEvent>>([]);
        }
    }
}
