using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Events;
using Timestone.Json;
using Timestone.Kafka.Clients;

namespace Timestone.Kafka;

/// <summary>
/// Reads transitions again from the topic of transitions, as far back as it goes. It belongs to no group, and commits nothing.
/// </summary>
public sealed class KafkaArchive : ITransitionArchive
{
    private const int MostAtOnce = 1000;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100),
        Patience = TimeSpan.FromSeconds(30),
        AskLimit = TimeSpan.FromSeconds(10);

    private readonly KafkaOptions _options;
    private readonly KafkaClients _clients;

    /// <summary>Makes one; it connects when it reads.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaArchive(KafkaOptions options, ILogger<KafkaArchive> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _clients) = (options, new KafkaClients(options, logger));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        IReadOnlySet<string> messages,
        DateTimeOffset since,
        Func<int, CancellationToken, ValueTask> pause,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(pause);
        var consumer = _clients.PartitionReader();
        Task asked = Task.CompletedTask;
        try
        {
            var ends = await AskAsync(() => Begin(consumer, since, cancellationToken)).ConfigureAwait(false);
            while (ends.Count > 0)
            {
                var records = await AskAsync(() => Take(consumer, ends, cancellationToken)).ConfigureAwait(false);
                foreach (var record in records)
                {
                    if (
                        record.Message.Key is { } key
                        && messages.Contains(Encoding.UTF8.GetString(key))
                        && Read(record.Message.Value) is { } told
                    )
                        yield return told;
                }

                await pause(records.Count, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // A call to a Kafka that is silent cannot be cut short, and the consumer is not disposed of under it: who is canceled does not
            // wait for that.
            var ending = _clients.EndAsync(() =>
            {
                Task.WaitAny([asked], CancellationToken.None);
                consumer.Dispose();
            });
            if (!cancellationToken.IsCancellationRequested)
                await ending.ConfigureAwait(false);
        }

        async Task<T> AskAsync<T>(Func<T> ask)
        {
            try
            {
                var answer = Task.Run(ask, CancellationToken.None);
                asked = answer;
                return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException problem)
            {
                throw new IOException($"Kafka cannot be read. {problem.Error.Reason}", problem);
            }
        }
    }

    // Where the partitions end now: what comes later is not waited for.
    private Dictionary<TopicPartition, long> Begin(
        IConsumer<byte[], byte[]> consumer,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        var topic = _options.HistoricTopic;
        var count = KafkaTopics.CountPartitionsAsync(consumer.Handle, topic, cancellationToken).GetAwaiter().GetResult();
        var times = Enumerable.Range(0, count).Select(partition => new TopicPartitionTimestamp(topic, partition, new Timestamp(since)));
        var starts = consumer.OffsetsForTimes(times, AskLimit);
        var ends = new Dictionary<TopicPartition, long>();
        var read = new List<TopicPartitionOffset>();
        foreach (var start in starts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var marks = consumer.QueryWatermarkOffsets(start.TopicPartition, AskLimit);
            if (start.Offset == Offset.End || marks.Low >= marks.High || start.Offset >= marks.High)
                continue;
            ends[start.TopicPartition] = marks.High;
            read.Add(start);
        }

        consumer.Assign(read);
        return ends;
    }

    private static List<ConsumeResult<byte[], byte[]>> Take(
        IConsumer<byte[], byte[]> consumer,
        Dictionary<TopicPartition, long> ends,
        CancellationToken cancellationToken
    )
    {
        var records = new List<ConsumeResult<byte[], byte[]>>();
        var began = Environment.TickCount64;
        while (records.Count < MostAtOnce && ends.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Glance) is { } record)
            {
                records.Add(record);
                continue;
            }

            // The last records of a partition may be none that a reader gets.
            foreach (var partition in ends.Where(end => consumer.Position(end.Key) >= end.Value).Select(static end => end.Key).ToList())
                End(consumer, ends, partition);
            if (records.Count > 0)
                break;
            if (ends.Count > 0 && Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw new IOException($"Kafka has answered nothing for {Patience.TotalSeconds} s.");
        }

        foreach (var record in records)
        {
            if (ends.TryGetValue(record.TopicPartition, out var end) && record.Offset + 1 >= end)
                End(consumer, ends, record.TopicPartition);
        }

        return records;
    }

    private static void End(IConsumer<byte[], byte[]> consumer, Dictionary<TopicPartition, long> ends, TopicPartition partition)
    {
        ends.Remove(partition);
        consumer.Pause([partition]);
    }

    private static StreamEvent? Read(byte[]? value)
    {
        try
        {
            return value is null ? null : EventJson.Read(value);
        }
        catch (JsonException)
        {
            // Others write there too, or a later version does.
            return null;
        }
    }
}
