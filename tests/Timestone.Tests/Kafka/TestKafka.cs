using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Engine;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;

namespace Timestone.Tests.Kafka;

/// <summary>
/// Topics of a test's own: on the cluster that <c>TIMESTONE_TEST_KAFKA</c> names, else on a real broker that all tests share which do
/// not make it fail.
/// </summary>
public static class TestKafka
{
    public const int Partitions = 4;

    private static readonly string? Real = Environment.GetEnvironmentVariable("TIMESTONE_TEST_KAFKA");

    /// <summary>Options with names of new topics, which are not there yet, and a new group.</summary>
    public static async Task<KafkaOptions> NewAsync() =>
        NewOn(Real is { Length: > 0 } ? Real : (await KafkaServer.SharedAsync()).BootstrapServers) with { ReplicationFactor = 1 };

    /// <summary>The same on a mock cluster, where topics have to be there.</summary>
    public static KafkaOptions NewOn(MockKafka kafka)
    {
        var options = NewOn(kafka.BootstrapServers);
        foreach (var topic in (string[])[options.CurrentTopic, options.HistoricTopic, options.DeadLetterTopic])
            kafka.CreateTopic(topic, Partitions);

        // A request that the mock cluster leaves without an answer is not waited for as long as a lost network.
        return options.With("socket.timeout.ms", "5000");
    }

    /// <summary>
    /// For a publisher on a mock cluster that fails. A broker refuses a batch behind one that it did not take, so a client that sees the
    /// later one accepted takes the earlier one for kept. The mock cluster accepts it (it looks at sequence numbers within transactions
    /// only), and the earlier one would be lost. So there is no later one on its way.
    /// </summary>
    public static KafkaOptions OneByOne(this KafkaOptions options) => options.With("max.in.flight.requests.per.connection", "1");

    /// <summary>The same on brokers of a test's own.</summary>
    public static KafkaOptions NewOn(string servers)
    {
        var test = Guid.NewGuid().ToString("N")[..8];
        return new KafkaOptions
        {
            BootstrapServers = servers,
            CurrentTopic = $"current-{test}",
            HistoricTopic = $"historic-{test}",
            DeadLetterTopic = $"dead-{test}",
            GroupId = $"group-{test}",
            Partitions = Partitions,
            CommitInterval = TimeSpan.Zero,
            // After a member has left, the mock cluster waits for this long before it lets others have the partitions. 6 s is the least
            // that real brokers take.
            Properties = new Dictionary<string, string> { ["session.timeout.ms"] = "6000", ["heartbeat.interval.ms"] = "500" },
        };
    }

    private static KafkaOptions With(this KafkaOptions options, string property, string value) =>
        options with { Properties = new Dictionary<string, string>(options.Properties) { [property] = value } };

    public static KafkaPublisher Publisher(KafkaOptions options, TimeProvider? time = null) =>
        new(options, NullLogger<KafkaPublisher>.Instance, time);

    public static KafkaIndexer Indexer(KafkaOptions options, IIndexWriter index) => new(options, index, NullLogger<KafkaIndexer>.Instance);

    /// <summary>Deletes both topics of events and creates them again, at once: what groups have committed goes with them.</summary>
    public static async Task CreateAnewAsync(this KafkaOptions options)
    {
        string[] topics = [options.CurrentTopic, options.HistoricTopic];
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = options.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync(topics);
        await Eventually.BeAsync(async () =>
        {
            try
            {
                await admin.CreateTopicsAsync(
                    topics.Select(topic => new TopicSpecification
                    {
                        Name = topic,
                        NumPartitions = options.Partitions,
                        ReplicationFactor = options.ReplicationFactor,
                    })
                );
                return true;
            }
            catch (CreateTopicsException problem)
                when (problem.Results.Any(static result => result.Error.Code == Confluent.Kafka.ErrorCode.TopicAlreadyExists))
            {
                // They are not gone yet.
                return false;
            }
        });
    }

    /// <summary>As the pump does: again, until it is taken. Answers how often it was not.</summary>
    public static async Task<int> InsistAsync(this IOutboxSink sink, OutboxBatch batch)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await sink.DeliverAsync(batch);
                return failures;
            }
            catch (IOException) when (failures < 1000)
            {
                // Again.
            }
        }
    }
}
