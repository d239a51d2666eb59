using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Resilience;

namespace Timestone.Kafka.Clients;

/// <summary>Where Kafka is, and what is called how there.</summary>
public sealed record KafkaOptions
{
    private const int MaxTopicLength = 249;

    // What is promised stands on these.
    private static readonly string[] Fixed =
    [
        "bootstrap.servers",
        "metadata.broker.list",
        "group.id",
        "acks",
        "request.required.acks",
        "enable.idempotence",
        "enable.gapless.guarantee",
        "message.timeout.ms",
        "delivery.timeout.ms",
        "transactional.id",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "auto.offset.reset",
        "allow.auto.create.topics",
    ];

    /// <summary>Addresses of some brokers: <c>host:port,host:port</c>.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topic of messages as they are.</summary>
    public string CurrentTopic { get; init; } = "timestone.current";

    /// <summary>The topic of transitions.</summary>
    public string HistoricTopic { get; init; } = "timestone.historic";

    /// <summary>The topic of what cannot be indexed.</summary>
    public string DeadLetterTopic { get; init; } = "timestone.dead-letters";

    /// <summary>The consumer group of the indexers.</summary>
    public string GroupId { get; init; } = "timestone-indexer";

    /// <summary>
    /// Partitions of topics that are created because they are missing; at least 1. A group has no more indexers at work than a topic has
    /// partitions.
    /// </summary>
    public int Partitions { get; init; } = 6;

    /// <summary>Replicas of topics that are created because they are missing; at least 1, or -1 for the brokers' default.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>How long nothing may be acknowledged before a delivery counts as failed. More than 0.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often, at the most, an indexer commits how far it has come. 0 to commit after each write.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// More properties of the client, as librdkafka calls them: <c>security.protocol</c>, <c>sasl.mechanism</c>, <c>ssl.ca.location</c> and
    /// so on.
    /// </summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it is noted whether Kafka works, by all clients of a process; null for nowhere: then each tells its log.</summary>
    internal ServiceState? State { get; init; }

    /// <summary>Checks all of it.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the parameter's name says what.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(BootstrapServers);
        ArgumentException.ThrowIfNullOrWhiteSpace(GroupId);
        CheckTopic(CurrentTopic, nameof(CurrentTopic));
        CheckTopic(HistoricTopic, nameof(HistoricTopic));
        CheckTopic(DeadLetterTopic, nameof(DeadLetterTopic));
        if (DeadLetterTopic == CurrentTopic || DeadLetterTopic == HistoricTopic)
            throw new ArgumentException("Dead letters need a topic of their own.", nameof(DeadLetterTopic));
        ArgumentOutOfRangeException.ThrowIfLessThan(Partitions, 1);
        if (ReplicationFactor is < 1 and not -1)
            throw new ArgumentOutOfRangeException(nameof(ReplicationFactor), ReplicationFactor, "At least 1, or -1.");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DeliveryTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CommitInterval, TimeSpan.Zero);
        foreach (var name in Properties.Keys)
        {
            if (Fixed.Contains(name))
                throw new ArgumentException(
                    $"'{name}' cannot be set: what is promised stands on it, or it has an option of its own.",
                    nameof(Properties)
                );
        }
    }

    /// <summary>Checks all of it, and has Kafka's client check its properties. Connects to nothing.</summary>
    /// <exception cref="ArgumentException">Something is out of range, or the client does not take a property.</exception>
    public void Try() => new KafkaClients(this, NullLogger.Instance).Producer().Dispose();

    private static void CheckTopic(string topic, string name)
    {
        if (
            topic is not { Length: > 0 and <= MaxTopicLength }
            || topic is "." or ".."
            || !topic.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        )
            throw new ArgumentException($"A topic's name is 1 to {MaxTopicLength} letters, digits, dots, underscores and hyphens.", name);
    }
}
