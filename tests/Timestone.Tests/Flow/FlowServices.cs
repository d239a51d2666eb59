using System.Globalization;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Faults;
using Timestone.Tests.Kafka;
using Timestone.Tests.Services;

namespace Timestone.Tests.Flow;

/// <summary>
/// A real Kafka and a real Elasticsearch for one test of the whole way. Both can be killed, and stand behind networks that can be cut and
/// slowed.
/// </summary>
internal sealed class FlowServices : IAsyncDisposable
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(30);

    private readonly int _kafkaPort = FreePort.With(1);
    private KafkaServer? _kafka;
    private ElasticsearchServer? _elasticsearch;

    private FlowServices()
    {
        KafkaNetwork = new Proxy(() => _kafkaPort);
        SearchNetwork = new Proxy(() => _elasticsearch!.Address.Port);
    }

    /// <summary>The network to Kafka.</summary>
    public Proxy KafkaNetwork { get; }

    /// <summary>The network to Elasticsearch.</summary>
    public Proxy SearchNetwork { get; }

    public KafkaServer Kafka => _kafka!;

    public ElasticsearchServer Elasticsearch => _elasticsearch!;

    /// <summary>Starts both, or Elasticsearch alone.</summary>
    /// <param name="withKafka">Whether there is a Kafka.</param>
    /// <param name="elasticsearch">Lines of Elasticsearch's <c>elasticsearch.yml</c>.</param>
    public static async Task<FlowServices> StartAsync(bool withKafka = true, string elasticsearch = "")
    {
        var services = new FlowServices();
        try
        {
            var kafka = withKafka ? KafkaServer.StartBehindAsync(services.KafkaNetwork.Port, services._kafkaPort) : null;
            services._elasticsearch = await ElasticsearchServer.StartNewAsync(elasticsearch);
            if (kafka is not null)
                services._kafka = await kafka;
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The configuration of servers, silos and indexers, as their environment has it: what fails is tried again soon, and who is gone is
    /// missed soon.
    /// </summary>
    public Dictionary<string, string> Environment() =>
        _kafka is null
            ? FlowSwitches.Impatient(AddressOf(SearchNetwork))
            : Environment($"127.0.0.1:{Text(KafkaNetwork.Port)}", AddressOf(SearchNetwork));

    /// <summary>The same for any Kafka and Elasticsearch.</summary>
    public static Dictionary<string, string> Environment(string kafka, Uri elasticsearch) => new(FlowSwitches.Impatient(elasticsearch))
    {
        ["Timestone__Kafka"] = kafka,
        ["Timestone__Kafka__Partitions"] = Text(FlowSwitches.Partitions),
        ["Timestone__Kafka__DeliveryTimeout"] = "00:00:05",
        // The least that brokers take.
        ["Timestone__Kafka__Properties__session.timeout.ms"] = "6000",
        ["Timestone__Kafka__Properties__heartbeat.interval.ms"] = "500",
    };

    /// <summary>Cuts or slows the network to Kafka, in a way that the number chooses, while something happens.</summary>
    public Task CutKafkaAsync(int way, Func<Task> meanwhile) => CutAsync(KafkaNetwork, way, meanwhile);

    /// <summary>Cuts or slows the network to Elasticsearch, in a way that the number chooses, while something happens.</summary>
    public Task CutSearchAsync(int way, Func<Task> meanwhile) => CutAsync(SearchNetwork, way, meanwhile);

    public async ValueTask DisposeAsync()
    {
        await KafkaNetwork.DisposeAsync();
        await SearchNetwork.DisposeAsync();
        _kafka?.Dispose();
        if (_elasticsearch is not null)
            await _elasticsearch.DisposeAsync();
    }

    private static async Task CutAsync(Proxy network, int way, Func<Task> meanwhile)
    {
        Action[] ways = [network.Drop, () => network.Slow(Slowness), network.Delay, network.HalfClose];
        ways[way % ways.Length]();
        await meanwhile();
        network.Mend();
    }

    private static Uri AddressOf(Proxy network) => new($"http://127.0.0.1:{Text(network.Port)}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
