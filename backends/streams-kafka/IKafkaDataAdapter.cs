using Confluent.Kafka;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>Turns what is published into records of Kafka, and records into events. Called by several threads at once.</summary>
public interface IKafkaDataAdapter
{
    /// <summary>Whether it can do both.</summary>
    StreamProviderDirection Direction { get; }

    /// <summary>The record that carries events which were published together.</summary>
    /// <exception cref="NotSupportedException">It only reads.</exception>
    Message<byte[], byte[]> ToRecord<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? requestContext);

    /// <summary>What a record carries. A record that it throws at is passed over, which is told to the log.</summary>
    KafkaEvents FromRecord(ConsumeResult<byte[], byte[]> record);
}
