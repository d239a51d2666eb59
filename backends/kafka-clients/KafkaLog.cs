using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Timestone.Kafka.Clients;

/// <summary>What the log says of Kafka.</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Kafka's client: {Facility}: {Line}")]
    public static partial void FromClient(ILogger logger, string facility, string line);

    [LoggerMessage(Message = "No broker of Kafka can be reached ({Servers}).")]
    public static partial void Unreachable(ILogger logger, string servers, LogLevel level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka and its client do not trust each other: {Reason}")]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(Message = "Kafka answers again ({Servers}).")]
    public static partial void Answers(ILogger logger, string servers, LogLevel level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client of Kafka has to be replaced: {Reason}")]
    public static partial void Fatal(ILogger logger, string reason);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Topic {Topic} of Kafka was missing and has been created with {Partitions} partitions."
    )]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Topic {Topic} of Kafka is gone and has been created again with {Partitions} partitions. What was in it and not in the index yet is lost: 'timestone reindex' brings messages back."
    )]
    public static partial void TopicLost(ILogger logger, string topic, int partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The indexer begins anew: topic {Topic} of Kafka was deleted and created again.")]
    public static partial void AnotherTopic(ILogger logger, string topic);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} events were published without their payloads: Kafka takes {Bytes} bytes. Raise 'max.message.bytes' of the topic {Topic}."
    )]
    public static partial void PayloadsOmitted(ILogger logger, int count, int bytes, string topic);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Kafka refuses batches of this size and does not say what it takes: events go one by one now, which is slow. Let this client describe the configuration of the topic {Topic}, or set 'batch.size'."
    )]
    public static partial void OneByOne(ILogger logger, string topic);

    [LoggerMessage(Level = LogLevel.Information, Message = "The indexer has the partitions {Partitions}.")]
    public static partial void Assigned(ILogger logger, IEnumerable<TopicPartition> partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "The indexer gives up the partitions {Partitions}.")]
    public static partial void Revoked(ILogger logger, IEnumerable<TopicPartition> partitions);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "An event was put aside as a dead letter ({Topic}, partition {Partition}, offset {Offset}): {Reason}"
    )]
    public static partial void DeadLetter(ILogger logger, string topic, int partition, long offset, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "How far Kafka's topics were read cannot be committed now; some events may come again. {Reason}"
    )]
    public static partial void NotCommitted(ILogger logger, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Kafka does not tell the ids of its topics {Topics}. One that is deleted and created again may be read on where the deleted one was, without its beginning. {Reason}"
    )]
    public static partial void NoIds(ILogger logger, IEnumerable<string> topics, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The indexer could not read from Kafka: {Reason}")]
    public static partial void NotConsumed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client of Kafka did not end within {Seconds} s, and is left to itself.")]
    public static partial void NotEnded(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The indexer has ended.")]
    public static partial void Ended(ILogger logger, Exception problem);
}
