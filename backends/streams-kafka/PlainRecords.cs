using Confluent.Kafka;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Reads a topic that others write in a format of their own: each partition is a stream of <see cref="KafkaRecord"/>, whose key is
/// <c>topic/partition</c>. It is not written through Orleans.
/// </summary>
/// <param name="streamNamespace">The namespace of the streams.</param>
public sealed class PlainRecords(string streamNamespace) : IKafkaDataAdapter
{
    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <inheritdoc/>
    public Message<byte[], byte[]> ToRecord<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("This topic is not written through Orleans.");

    /// <inheritdoc/>
    public KafkaEvents FromRecord(ConsumeResult<byte[], byte[]> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (topic, partition) = (record.Topic, record.Partition.Value);
        return new KafkaEvents(
            StreamId.Create(streamNamespace, $"{topic}/{partition}"),
            [new KafkaRecord(topic, partition, record.Offset.Value, record.Message.Key, record.Message.Value)]
        );
    }
}
