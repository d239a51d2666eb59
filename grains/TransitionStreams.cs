using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Providers;
using Orleans.Streams;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Streams.Kafka;

namespace Timestone.Grains;

/// <summary>
/// The topics of events as streams of Orleans: what <see cref="KafkaPublisher"/> writes there for everybody is what the silos' grains read.
/// Each partition is a stream, so all events of a message are on one, in order, and a busy queue is on all of them.
/// </summary>
public static class TransitionStreams
{
    /// <summary>The namespace of the streams.</summary>
    public const string Namespace = "timestone.events";

    private const int RecordsPerDelivery = 4000;

    /// <summary>Has the silos of a cluster index what is on the topics. The host must set <see cref="SiloIndex.Writer"/>.</summary>
    public static ISiloBuilder AddTransitionStreams(this ISiloBuilder builder, KafkaOptions kafka)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(kafka);
        builder.Services.AddSingleton(kafka);
        foreach (var topic in (string[])[kafka.CurrentTopic, kafka.HistoricTopic])
            builder.AddKafkaStreams(topic, options => Configure(options, kafka, topic), Configure);
        return builder;
    }

    /// <summary>The group of the silos that index what is on the topics.</summary>
    public static string GroupOf(KafkaOptions kafka)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        return kafka.GroupId + ".silos";
    }

    private static void Configure(KafkaStreamOptions options, KafkaOptions kafka, string topic)
    {
        options.BootstrapServers = kafka.BootstrapServers;
        options.Topic = topic;
        options.Partitions = kafka.Partitions;
        options.ReplicationFactor = kafka.ReplicationFactor;

        // Partitions are given to silos by Orleans: members that Kafka gives partitions to need another group.
        options.GroupId = GroupOf(kafka);
        options.CommitInterval = kafka.CommitInterval > TimeSpan.Zero ? kafka.CommitInterval : TimeSpan.FromMilliseconds(1);
        options.RecordsPerDelivery = RecordsPerDelivery;
        options.AlwaysSubscribed = true;
        options.Properties = new Dictionary<string, string>(kafka.Properties);
        options.DataAdapter = static _ => new PlainRecords(Namespace);
    }

    private static void Configure(ISiloPersistentStreamConfigurator streams)
    {
        // Nobody else can subscribe through Orleans, as whoever is slow would hold up the index; others read the topics.
        streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);

        // A batch is never given up.
        streams.ConfigurePullingAgent(static agent =>
            agent.Configure(static options => options.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan)
        );
        streams.ConfigureBackoffProvider(static (_, _) => new Pause());
    }

    private sealed class Pause : IMessageDeliveryBackoffProvider
    {
        public TimeSpan Next(int attempt) => TimeSpan.FromSeconds(1);
    }
}
