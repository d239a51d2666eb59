using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Bench.Reporting;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Json;
using Timestone.Kafka;
using Timestone.Kafka.Clients;

namespace Timestone.Bench.Events;

/// <summary>
/// The way from records, as they were read from Kafka, into both indices of a real Elasticsearch on this machine: how many transitions a
/// second, and what each costs this process and Elasticsearch in processor time, which says what two cores could do that have nothing else
/// to do.
/// </summary>
/// <param name="report">Where the figures go.</param>
/// <param name="seconds">How long each round is measured.</param>
/// <param name="rounds">How many rounds.</param>
/// <param name="address">Where Elasticsearch is.</param>
internal sealed class IndexBench(Report report, double seconds, int rounds, Uri address) : IDisposable
{
    // As many as the indexer takes at once.
    private const int RecordsPerBatch = 4000, Wave = RecordsPerBatch / 2 / 3, Bar = 12_000;

    private static readonly (MessageState? From, MessageState To, TransitionCause Cause)[] Steps =
    [
        (null, MessageState.Pending, TransitionCause.Enqueue),
        (MessageState.Pending, MessageState.Running, TransitionCause.Dequeue),
        (MessageState.Running, MessageState.Completed, TransitionCause.Complete),
    ];

    private readonly HttpClient _http = new() { BaseAddress = address };
    private int _waves;

    public async Task RunAsync()
    {
        var options = new ElasticsearchOptions
        {
            Addresses = [address],
            Prefix = $"timestone-bench-{Guid.NewGuid():n}"[..24],
            HistoricRetention = TimeSpan.FromDays(36_500),
        };
        using var connection = new ElasticsearchConnection(options);
        var kafka = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
        var indexer = new KafkaRecordIndexer(kafka, new ElasticsearchIndexWriter(connection), NullLogger<KafkaRecordIndexer>.Instance);
        await using var disposal = indexer.ConfigureAwait(false);
        try
        {
            var (rates, ours, theirs, both) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());

            // Elasticsearch compiles what it runs often: the first round is for that.
            for (var round = -1; round < rounds; round++)
            {
                var measured = await MeasureAsync(indexer, kafka).ConfigureAwait(false);
                if (round < 0)
                    continue;
                rates.Add(measured.PerSecond);
                ours.Add(measured.Ours);
                theirs.Add(measured.Theirs);
                both.Add(2e6 / (measured.Ours + measured.Theirs));
            }

            report.Add(Figure.Median("elasticsearch/indexed", "transitions/s", rates));
            report.Add(Figure.Median("elasticsearch/processor time of the indexer", "µs/transition", ours));
            report.Add(Figure.Median("elasticsearch/processor time of Elasticsearch", "µs/transition", theirs));
            report.Add(Figure.Median("elasticsearch/what two cores have time for", "transitions/s", both) with { AtLeast = Bar });
        }
        finally
        {
            await DeleteAsync(options.Prefix).ConfigureAwait(false);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(double PerSecond, double Ours, double Theirs)> MeasureAsync(KafkaRecordIndexer indexer, KafkaOptions kafka)
    {
        // Made before, since in a server somebody else has made them.
        var batches = new Queue<List<ConsumeResult<byte[], byte[]>>>();
        var (transitions, took) = (0, TimeSpan.Zero);
        var (ours, theirs) = (TimeSpan.Zero, TimeSpan.Zero);
        while (took.TotalSeconds < seconds)
        {
            for (var i = 0; i < 10; i++)
                batches.Enqueue(Batch(kafka));
            var (before, atElasticsearch, began) = (
                Environment.CpuUsage.TotalTime,
                await ProcessorTimeAsync().ConfigureAwait(false),
                Stopwatch.GetTimestamp()
            );
            while (batches.TryDequeue(out var batch))
            {
                await indexer.IndexAsync(batch).ConfigureAwait(false);
                transitions += batch.Count / 2;
            }

            took += Stopwatch.GetElapsedTime(began);
            ours += Environment.CpuUsage.TotalTime - before;
            theirs += await ProcessorTimeAsync().ConfigureAwait(false) - atElasticsearch;
        }

        return (transitions / took.TotalSeconds, ours.TotalMicroseconds / transitions, theirs.TotalMicroseconds / transitions);
    }

    // Each step of a message is in a batch of its own, so that each costs a write.
    private List<ConsumeResult<byte[], byte[]>> Batch(KafkaOptions kafka)
    {
        var records = new List<ConsumeResult<byte[], byte[]>>();
        for (var step = 0; step < Steps.Length; step++)
        {
            var wave = _waves - step;
            if (wave < 0)
                continue;
            foreach (var told in EventDocuments.Of(Enumerable.Range(wave * Wave, Wave).Select(number => Entry(number, step))))
                records.Add(Record(told, kafka));
        }

        _waves++;
        return records;
    }

    private static OutboxEntry Entry(int number, int step)
    {
        var (from, to, cause) = Steps[step];
        var enqueued = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 1000;
        return new OutboxEntry
        {
            Kind = OutboxEntryKind.Transition,
            Queue = $"orders-{number % 8}",
            QueueCreatedAt = 1,
            At = enqueued + (step * 400),
            Id = string.Create(CultureInfo.InvariantCulture, $"order-{number:00000000}"),
            Sequence = number,
            Version = step + 1,
            From = from,
            Since = enqueued,
            State = to,
            Cause = cause,
            Attempt = step == 0 ? 0 : 1,
            Priority = enqueued,
            EnqueuedAt = enqueued,
            Metadata = Metadata.Of("tenant", $"tenant-{number % 100}"),
            Worker = step == 0 ? null : $"worker-{number % 10}",
        };
    }

    private static ConsumeResult<byte[], byte[]> Record(StreamEvent told, KafkaOptions kafka)
    {
        var (topic, key) = told.Transition is { } transition
            ? (kafka.HistoricTopic, $"{transition.Queue}/{transition.Id}")
            : (kafka.CurrentTopic, $"{told.Message!.Queue}/{told.Message.Id}");
        return new ConsumeResult<byte[], byte[]>
        {
            Topic = topic,
            Message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = EventJson.Write(told) },
        };
    }

    private async Task<TimeSpan> ProcessorTimeAsync()
    {
        using var answer = JsonDocument.Parse(
            await _http.GetStringAsync(new Uri("_nodes/stats/process", UriKind.Relative)).ConfigureAwait(false)
        );
        var milliseconds = answer
            .RootElement.GetProperty("nodes")
            .EnumerateObject()
            .Sum(static node => node.Value.GetProperty("process").GetProperty("cpu").GetProperty("total_in_millis").GetInt64());
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    private async Task DeleteAsync(string prefix)
    {
        using var indices = JsonDocument.Parse(
            await _http.GetStringAsync(new Uri($"{prefix}-*/_alias", UriKind.Relative)).ConfigureAwait(false)
        );
        foreach (var index in indices.RootElement.EnumerateObject().Select(static index => index.Name).ToList())
            await _http.DeleteAsync(new Uri(index, UriKind.Relative)).ConfigureAwait(false);
        await _http.DeleteAsync(new Uri($"_index_template/{prefix}-*", UriKind.Relative)).ConfigureAwait(false);
    }
}
