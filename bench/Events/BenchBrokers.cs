using Timestone.Kafka.Clients;
using Timestone.Tests.Kafka;

namespace Timestone.Bench.Events;

/// <summary>Brokers for one measurement: those that the command line names, else librdkafka's mock cluster in this process.</summary>
/// <param name="servers">Addresses of some brokers, <c>host:port,host:port</c>; null for the mock cluster.</param>
internal sealed class BenchBrokers(string? servers) : IDisposable
{
    private readonly MockKafka? _mock = servers is null ? new MockKafka() : null;

    /// <summary>Options with topics that nobody else uses. On named brokers the publisher creates them.</summary>
    public KafkaOptions Topics()
    {
        if (_mock is not null)
            return KafkaBench.Topics(_mock);
        var run = $"timestone-bench-{Guid.NewGuid():N}"[..24];
        return new KafkaOptions
        {
            BootstrapServers = servers!,
            CurrentTopic = $"{run}.current",
            HistoricTopic = $"{run}.historic",
            DeadLetterTopic = $"{run}.dead-letters",
            GroupId = run,
            Partitions = KafkaBench.Partitions,
        };
    }

    public void Dispose() => _mock?.Dispose();
}
