using System.Text;
using Confluent.Kafka;
using Orleans.Serialization;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>Events of any type that Orleans' serializer knows. A record's key is its stream, for people who look at the topic.</summary>
/// <param name="serializer">Orleans' serializer.</param>
public sealed class SerializedEvents(Serializer<KafkaEvents> serializer) : IKafkaDataAdapter
{
    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    /// <inheritdoc/>
    public Message<byte[], byte[]> ToRecord<T>(StreamId stream, IEnumerable<T> events, Dictionary<string, object>? requestContext) => new()
    {
        Key = Encoding.UTF8.GetBytes(stream.ToString()),
        Value = serializer.SerializeToArray(new KafkaEvents(stream, [.. events.Cast<object>()], requestContext)),
    };

    /// <inheritdoc/>
    public KafkaEvents FromRecord(ConsumeResult<byte[], byte[]> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return serializer.Deserialize(record.Message.Value)!;
    }
}
