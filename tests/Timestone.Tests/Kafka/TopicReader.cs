using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Shouldly;
using Timestone.Json;
using Timestone.Kafka.Clients;

namespace Timestone.Tests.Kafka;

/// <summary>Reads topics as they are, from their beginning to their end.</summary>
internal static class TopicReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<List<ConsumeResult<byte[], byte[]>>> ReadAsync(KafkaOptions options, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = options.BootstrapServers,
                GroupId = "reader",
                EnableAutoCommit = false,
            }
        ).Build();
        var count = await KafkaTopics.CountPartitionsAsync(consumer.Handle, topic, CancellationToken.None);
        var partitions = Enumerable.Range(0, count).Select(partition => new TopicPartition(topic, partition)).ToList();
        var left = partitions.Sum(partition =>
            consumer.QueryWatermarkOffsets(partition, Patience) is var marks ? marks.High.Value - marks.Low.Value : 0
        );
        consumer.Assign(partitions.Select(static partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        var read = new List<ConsumeResult<byte[], byte[]>>();
        while (read.Count < left)
            read.Add(consumer.Consume(Patience) ?? throw new TimeoutException($"{read.Count} of {left} records came."));
        return read;
    }

    /// <summary>Waits for so many records; the topic need not be there yet.</summary>
    public static async Task<List<ConsumeResult<byte[], byte[]>>> TakeAsync(KafkaOptions options, string topic, int count)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                if (await ReadAsync(options, topic) is var read && read.Count >= count)
                    return read;
            }
            catch (Exception problem) when (problem is IOException or KafkaException { Error.IsBrokerError: true })
            {
                // It is not there yet, or has no leader yet.
            }
        }

        throw new TimeoutException($"There are no {count} records on {topic}.");
    }

    public static StreamEvent Event(this ConsumeResult<byte[], byte[]> record) => EventJson.Read(record.Message.Value);

    public static string Key(this ConsumeResult<byte[], byte[]> record) => Encoding.UTF8.GetString(record.Message.Key);

    /// <summary>Every event of a story is there, and the first arrivals of each message are in order.</summary>
    public static async Task ShouldHaveAllInOrderAsync(this KafkaOptions options, Story story)
    {
        var historic = (await ReadAsync(options, options.HistoricTopic)).Select(static record => record.Event().Transition!).ToList();
        FirstArrivals(historic, static made => (made.Id, made.Life, made.Version))
            .ShouldBe(
                story
                    .Transitions.GroupBy(static made => made.Id)
                    .ToDictionary(static made => made.Key, static made => made.ToList())
                    .SelectMany(static made => made.Value)
                    .OrderBy(static made => made.Id, StringComparer.Ordinal)
            );
        var current = (await ReadAsync(options, options.CurrentTopic)).Select(static record => record.Event()).ToList();
        FirstArrivals(
                current,
                static told =>
                    told.Message is { } message
                        ? (message.Id, message.Life, message.Version)
                        : (told.RemovedMessage!.Id, told.RemovedMessage.Life, told.RemovedMessage.Version)
            )
            .Select(static told => told.Message?.Version ?? told.RemovedMessage!.Version)
            .ShouldBe(story.Entries.OrderBy(static entry => entry.Id, StringComparer.Ordinal).Select(static entry => entry.Version));
    }

    // By message, each message's in the order in which they came first.
    private static IEnumerable<T> FirstArrivals<T>(IEnumerable<T> read, Func<T, (string Id, string Life, int Version)> key) =>
        read.DistinctBy(key).OrderBy(one => key(one).Id, StringComparer.Ordinal);
}
