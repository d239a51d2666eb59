using Timestone.Kafka.Clients;

namespace Timestone.Streams.Kafka;

/// <summary>Where a stream provider's topic is, and how it is read. The same in every silo and client.</summary>
public sealed class KafkaStreamOptions
{
    /// <summary>Addresses of some brokers: <c>host:port,host:port</c>.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>The topic. It is created if it is missing.</summary>
    public string Topic { get; set; } = "";

    /// <summary>
    /// How many partitions the topic has, if it is created, and while Kafka cannot be asked; at least 1. Each is a queue to Orleans, which
    /// divides them among the silos. Partitions that are added to a topic are read when the silos are started again.
    /// </summary>
    public int Partitions { get; set; } = 6;

    /// <summary>Replicas of the topic if it is created; at least 1, or -1 for the brokers' default.</summary>
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>The consumer group under which is remembered what was delivered. No other consumers may be members of it.</summary>
    public string GroupId { get; set; } = "orleans";

    /// <summary>How long nothing may be acknowledged before publishing counts as failed. More than 0.</summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often what was delivered is committed to the group. More than 0.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many records at most a consumer gets at once; at least 1. An observer that fails gets all of them again. Records with a request
    /// context are delivered by themselves.
    /// </summary>
    public int RecordsPerDelivery { get; set; } = 1;

    /// <summary>
    /// How many bytes of a partition are kept in memory; more than 0. What is not delivered is kept, and reading waits for it; what is
    /// delivered is kept too, for subscriptions that rewind, until there is no more room.
    /// </summary>
    public int CacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Whether every stream has a subscription at all times, as implicit subscriptions are. Then a record counts as delivered only when a
    /// consumer has it. Else what comes while Orleans knows of no consumer counts as delivered, too: set this where it must not be lost.
    /// </summary>
    public bool AlwaysSubscribed { get; set; }

    /// <summary>
    /// More properties of the client, as librdkafka calls them: <c>security.protocol</c>, <c>sasl.mechanism</c> and so on.
    /// </summary>
    public IDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();

    /// <summary>Makes what turns events into records and back; null for Orleans' serializer.</summary>
    public Func<IServiceProvider, IKafkaDataAdapter>? DataAdapter { get; set; }

    /// <summary>Checks all of it.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message names it.</exception>
    internal KafkaOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RecordsPerDelivery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CacheBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CommitInterval, TimeSpan.Zero);
        var kafka = new KafkaOptions
        {
            BootstrapServers = BootstrapServers,
            CurrentTopic = Topic,
            GroupId = GroupId,
            Partitions = Partitions,
            ReplicationFactor = ReplicationFactor,
            DeliveryTimeout = DeliveryTimeout,
            CommitInterval = CommitInterval,
            Properties = Properties.AsReadOnly(),
        };
        kafka.Validate();
        return kafka;
    }
}
