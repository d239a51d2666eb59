using Timestone.Backends.Kafka;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Flow;

namespace Timestone.Tests.Kafka;

/// <summary>Kafka for tests of the whole way.</summary>
internal static class FlowBrokers
{
    /// <summary>Three brokers with the topics.</summary>
    public static MockKafka Start(out KafkaOptions options)
    {
        var kafka = new MockKafka();
        options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers };
        foreach (var topic in (string[])[options.CurrentTopic, options.HistoricTopic, options.DeadLetterTopic])
            kafka.CreateTopic(topic, FlowSwitches.Partitions);
        return kafka;
    }

    /// <summary>The configuration of servers and indexers: who is gone is missed soon.</summary>
    public static Dictionary<string, string> Environment(MockKafka kafka, ElasticsearchStandIn elasticsearch) => new(FlowSwitches.Impatient(elasticsearch))
    {
        ["Timestone__Kafka"] = kafka.BootstrapServers,
        ["Timestone__Kafka__DeliveryTimeout"] = "00:00:05",
        ["Timestone__Kafka__Properties__session.timeout.ms"] = "3000",
        ["Timestone__Kafka__Properties__heartbeat.interval.ms"] = "500",
    };
}
