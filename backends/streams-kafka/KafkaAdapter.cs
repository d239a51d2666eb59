using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>The topic as Orleans sees it: the partition of a stream is the queue that the mapper says.</summary>
internal sealed class KafkaAdapter(
    string name,
    IStreamQueueMapper mapper,
    KafkaSender sender,
    IKafkaDataAdapter data,
    Func<QueueId, IQueueAdapterReceiver> receiver
) : IQueueAdapter
{
    public string Name => name;

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => data.Direction;

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => receiver(queueId);

    /// <summary>The token is Kafka's to give: one that the producer gives is refused.</summary>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId,
        IEnumerable<T> events,
        StreamSequenceToken? token,
        Dictionary<string, object>? requestContext
    ) =>
        token is null
            ? sender.SendAsync(PartitionOf(mapper.GetQueueForStream(streamId)), data.ToRecord(streamId, events, requestContext))
            : throw new ArgumentException("Events get their tokens from Kafka.", nameof(token));

    /// <summary>The partition of a queue.</summary>
    public static int PartitionOf(QueueId queue) => (int)queue.GetNumericId();
}
