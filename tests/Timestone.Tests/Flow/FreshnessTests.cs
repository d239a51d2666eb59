using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>
/// How fresh a search says to be, held to the truth while one part of the way stands still and all others go on: whatever was enqueued
/// longer before a search than it says to be behind is found by it.
/// </summary>
[Slow]
public sealed class FreshnessTests(ITestOutputHelper output)
{
    private const string Q = "fresh";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Partitions_that_stand_still_while_others_go_on_are_the_lag()
    {
        await using var way = await Way.StartAsync();
        await Eventually.BeAsync(() => Task.FromResult(way.First.Writes > 0 && way.Second.Writes > 0));
        await way.CatchUpAsync();
        way.First.IsShut = true;
        await way.GrowAsync(Long);
        var (sent, found) = (way.Sent, (await way.LookAsync()).Found);
        output.WriteLine($"{found} of {sent} were found while half of the partitions stood still.");
        found.ShouldBeInRange(1, sent - 10);
        way.First.IsShut = false;
        await way.CatchUpAsync();
    }

    [Fact]
    public async Task An_Elasticsearch_that_takes_nothing_is_the_lag()
    {
        await using var way = await Way.StartAsync();
        await way.CatchUpAsync();
        way.First.IsShut = way.Second.IsShut = true;
        await way.GrowAsync(Long);
        way.First.IsShut = way.Second.IsShut = false;
        await way.CatchUpAsync();
    }

    [Fact]
    public async Task A_Kafka_that_the_outbox_does_not_reach_is_the_lag()
    {
        await using var way = await Way.StartAsync();
        await way.CatchUpAsync();
        way.Outbox.IsShut = true;
        await way.GrowAsync(Long);
        way.Outbox.IsShut = false;
        await way.CatchUpAsync();
    }

    [Fact]
    public async Task A_Kafka_that_is_away_is_the_lag()
    {
        using var kafka = await KafkaServer.StartNewAsync();
        await using var way = await Way.StartAsync(
            TestKafka.NewOn(kafka.BootstrapServers) with
            {
                ReplicationFactor = 1,
                DeliveryTimeout = TimeSpan.FromSeconds(5),
            }
        );
        await way.CatchUpAsync();
        kafka.Kill();
        await way.GrowAsync(Long);
        await kafka.StartAsync();
        await way.CatchUpAsync();
    }

    [Fact]
    public async Task What_waited_before_the_process_began_to_look_is_an_unknown_lag()
    {
        var kafka = await TestKafka.NewAsync();
        await using var bench = await ElasticsearchBench.StartAsync();
        var story = new Story(seed: 71, messages: 10, transitions: 100);
        await using var publisher = TestKafka.Publisher(kafka);
        foreach (var batch in story.Batches(100))
            await publisher.InsistAsync(batch);
        var outbox = new MemoryJournal(outboxLimit: 1).Outbox!;
        await using var log = new KafkaEventLog(kafka, NullLogger<KafkaEventLog>.Instance);
        var positions = await log.ReadAsync();
        (positions.Partitions.Count, positions.Waiting, positions.Done).ShouldBe(
            (2 * TestKafka.Partitions, story.Transitions.Count() + story.Entries.Count, 0)
        );
        await using var progress = new IndexProgress(outbox, static _ => new(TimeSpan.Zero), log, bench.Connection.RefreshAsync);
        (await progress.LagAsync()).ShouldBeNull();
        await using var indexer = TestKafka.Indexer(kafka, bench.Writer);
        await indexer.StartAsync();
        await Eventually.BeAsync(async () => await progress.LagAsync() == TimeSpan.Zero);
    }

    /// <summary>Takes what it is given, or nothing while it is shut.</summary>
    private sealed class Gate(IIndexWriter? index, IOutboxSink? sink) : IIndexWriter, IOutboxSink
    {
        public volatile bool IsShut;
        private int _writes;

        public int Writes => _writes;

        public Task<IReadOnlyList<RejectedEvent>> WriteAsync(
            IReadOnlyList<StreamEvent> events,
            CancellationToken cancellationToken = default
        )
        {
            if (IsShut)
                throw new IOException("It is shut.");
            Interlocked.Increment(ref _writes);
            return index!.WriteAsync(events, cancellationToken);
        }

        public ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default) =>
            IsShut ? throw new IOException("It is shut.") : sink!.DeliverAsync(batch, cancellationToken);
    }

    /// <summary>
    /// A service, Kafka, two indexers and Elasticsearch, with a load that goes on, and somebody who searches and compares all the time.
    /// </summary>
    private sealed class Way : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, long> _sent = new();
        private readonly List<IAsyncDisposable> _parts = [];
        private readonly CancellationTokenSource _ending = new();
        private LocalTimestone _service = null!;
        private Task _sending = Task.CompletedTask;

        public Gate First { get; private set; } = null!;

        public Gate Second { get; private set; } = null!;

        public Gate Outbox { get; private set; } = null!;

        public int Sent => _sent.Count;

        public static async Task<Way> StartAsync(KafkaOptions? options = null)
        {
            var way = new Way();
            var bench = way.Add(await ElasticsearchBench.StartAsync());
            var kafka = options ?? await TestKafka.NewAsync();
            var journal = new MemoryJournal(outboxLimit: 1_000_000);
            (way.First, way.Second, way.Outbox) = (
                new Gate(bench.Writer, null),
                new Gate(bench.Writer, null),
                new Gate(null, way.Add(TestKafka.Publisher(kafka)))
            );
            foreach (var gate in (Gate[])[way.First, way.Second])
            {
                await way.Add(TestKafka.Indexer(kafka, gate)).StartAsync();
            }

            var pump = way.Add(
                new OutboxPump("kafka", journal.Outbox!, OutboxStart.Acknowledged, way.Outbox, NullLogger<OutboxPump>.Instance)
            );
            var log = way.Add(new KafkaEventLog(kafka, NullLogger<KafkaEventLog>.Instance));
            var progress = way.Add(new IndexProgress(journal.Outbox!, pump.LagAsync, log, bench.Connection.RefreshAsync));
            way._service = way.Add(
                new LocalTimestone(
                    journal,
                    new LocalTimestoneOptions { AutoCreate = true },
                    TimeProvider.System,
                    index: new ElasticsearchIndex(bench.Connection, progress.LagAsync)
                )
            );
            await way._service.StartAsync();
            way._sending = Task.Run(way.SendAsync);
            return way;
        }

        /// <summary>Searches, and holds what it says to what was sent.</summary>
        public async Task<(TimeSpan? Lag, int Found)> LookAsync()
        {
            var began = Stopwatch.GetTimestamp();
            var sent = _sent.ToArray();

            // Elasticsearch refuses while it opens an index.
            var page = await Eventually.SucceedAsync(() =>
                _service.SearchMessagesAsync(new MessageSearch { Queue = Q, Limit = Limits.MaxPage })
            );
            page.Next.ShouldBeNull();
            var found = page.Messages.Select(static message => message.Id).ToHashSet();
            if (page.Freshness.Lag is { } lag)
            {
                foreach (var (id, at) in sent)
                {
                    if (!found.Contains(id))
                        Stopwatch
                            .GetElapsedTime(at, began)
                            .ShouldBeLessThanOrEqualTo(
                                lag + TimeSpan.FromMilliseconds(50),
                                $"{id} is not found; the search says to be {lag} behind, and found {found.Count}."
                            );
                }
            }

            return (page.Freshness.Lag, found.Count);
        }

        /// <summary>Looks until it says to be so far behind; it may not say meanwhile that it is not.</summary>
        public async Task GrowAsync(TimeSpan lag)
        {
            var began = Stopwatch.GetTimestamp();
            var last = TimeSpan.Zero;
            while (last < lag)
            {
                last = (await LookAsync()).Lag ?? last;
                last.ShouldBeLessThan(Stopwatch.GetElapsedTime(began) + TimeSpan.FromSeconds(6));
                Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(1));
                await Task.Delay(Pause);
            }
        }

        /// <summary>Looks until all is found that was sent before, and nothing has been missing for longer than looking takes.</summary>
        public Task CatchUpAsync()
        {
            var sent = Sent + 5;
            return Eventually.BeAsync(async () =>
                await LookAsync() is { Lag: { } lag, Found: var found } && found >= sent && lag < TimeSpan.FromSeconds(4)
            );
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var i = _parts.Count - 1; i >= 0; i--)
                await _parts[i].DisposeAsync();
            _ending.Dispose();
        }

        private async Task SendAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < Limits.MaxPage - 1 && await timer.WaitForNextTickAsync(_ending.Token); i++)
            {
                var id = $"m{i}";
                await _service.EnqueueAsync(Q, [new NewMessage { Id = id }]);
                _sent[id] = Stopwatch.GetTimestamp();
            }
        }

        private T Add<T>(T part)
            where T : IAsyncDisposable
        {
            _parts.Add(part);
            return part;
        }
    }
}
