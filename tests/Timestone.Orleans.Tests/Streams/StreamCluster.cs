using Orleans.Streams;
using Orleans.TestingHost;
using Timestone.Streams.Kafka;
using Timestone.Tests.Kafka;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>Silos in this process, and a client of theirs, with a stream provider on a topic of their own.</summary>
internal sealed class StreamCluster : IAsyncDisposable
{
    private const string Provider = "kafka";
    private const int Partitions = 4;

    private StreamCluster(InProcessTestCluster silos, string topic) => (Silos, Topic) = (silos, topic);

    public InProcessTestCluster Silos { get; }

    public string Topic { get; }

    /// <summary>Starts them.</summary>
    /// <param name="silos">How many silos.</param>
    /// <param name="options">What else the provider is told.</param>
    public static async Task<StreamCluster> StartAsync(short silos = 1, Action<KafkaStreamOptions>? options = null)
    {
        var topic = $"streams-{Guid.NewGuid():N}";
        var kafka = await KafkaServer.SharedAsync();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo(
            (_, silo) =>
            {
                silo.AddMemoryGrainStorage("PubSubStore");
                silo.AddKafkaStreams(
                    Provider,
                    Configure,
                    static streams =>
                        streams.ConfigurePullingAgent(static agent =>
                            agent.Configure(static agent =>
                            {
                                agent.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10);
                                agent.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan;
                            })
                        )
                );
            }
        );
        builder.ConfigureClient(client => client.AddKafkaStreams(Provider, Configure));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new StreamCluster(cluster, topic);

        void Configure(KafkaStreamOptions given)
        {
            given.BootstrapServers = kafka.BootstrapServers;
            given.Topic = topic;
            given.Partitions = Partitions;
            given.CommitInterval = TimeSpan.FromMilliseconds(10);
            options?.Invoke(given);
        }
    }

    /// <summary>A stream as the client sees it.</summary>
    public IAsyncStream<string> Stream(string key, string space = RecordingGrain.Namespace) =>
        Silos.Client.GetStreamProvider(Provider).GetStream<string>(StreamId.Create(space, key));

    public ValueTask DisposeAsync() => Silos.DisposeAsync();
}
