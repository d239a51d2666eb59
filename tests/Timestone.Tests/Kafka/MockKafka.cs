using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Timestone.Tests.Kafka;

/// <summary>
/// A cluster of Kafka by librdkafka itself: brokers that speak the protocol on real sockets of this process, and that can be told to fail.
/// It has no authentication, cannot be asked to create topics, keeps the last 5 MB of a partition, and does not notice that a producer's
/// batch is missing.
/// </summary>
public sealed partial class MockKafka : IDisposable
{
    private const string Library = "librdkafka";
    private const int ProducerType = 0, ErrorTextSize = 512;

    private readonly nint _client;
    private readonly nint _cluster;

    // Of the builds in the package Confluent.Kafka has loaded the one that fits the machine: the cluster is that one's.
    static MockKafka()
    {
        _ = Confluent.Kafka.Library.Version;
        var loaded = Process
            .GetCurrentProcess()
            .Modules.Cast<ProcessModule>()
            .First(static module => module.ModuleName.Contains(Library, StringComparison.Ordinal));
        NativeLibrary.SetDllImportResolver(
            typeof(MockKafka).Assembly,
            (name, _, _) => name == Library ? NativeLibrary.Load(loaded.FileName) : 0
        );
    }

    public MockKafka(int brokers = 3)
    {
        var conf = NewConf();
        SetConf(conf, "log_level", "0", new byte[ErrorTextSize], ErrorTextSize);
        var error = new byte[ErrorTextSize];
        _client = NewClient(ProducerType, conf, error, ErrorTextSize);
        if (_client == 0)
            throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(error).TrimEnd('\0'));
        _cluster = NewCluster(_client, brokers);

        // Without one nobody can be asked to describe topics.
        SetController(_cluster, 1);
        Brokers = brokers;
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    public string BootstrapServers { get; }

    /// <summary>How many there are, numbered from 1.</summary>
    public int Brokers { get; }

    public void CreateTopic(string name, int partitions) => Check(CreateTopic(_cluster, name, partitions, Brokers));

    /// <summary>Makes it as old as one that knows no ids of topics: before 2.8.</summary>
    public void KnowNoIds() => Check(SetVersions(_cluster, (short)MockRequest.Metadata, 0, 9));

    /// <summary>The next requests of a kind are answered with these errors, one after the other, whichever broker gets them.</summary>
    public void Fail(MockRequest request, params MockError[] errors) => PushErrors(_cluster, (short)request, (nuint)errors.Length, errors);

    public void SetLeader(string topic, int partition, int broker) => Check(SetLeader(_cluster, topic, partition, broker));

    /// <summary>Closes a broker's connections and takes no new ones.</summary>
    public void TakeDown(int broker) => Check(SetDown(_cluster, broker));

    public void BringUp(int broker) => Check(SetUp(_cluster, broker));

    /// <summary>How long a broker takes to answer.</summary>
    public void SetDelay(int broker, TimeSpan delay) => Check(SetRtt(_cluster, broker, (int)delay.TotalMilliseconds));

    /// <summary>Which broker looks after a consumer group.</summary>
    public void SetCoordinator(string group, int broker) => Check(SetCoordinator(_cluster, "group", group, broker));

    public void Dispose()
    {
        DestroyCluster(_cluster);
        DestroyClient(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"The cluster does not do that: error {error}.");
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint NewConf();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetConf(nint conf, string name, string value, [Out] byte[] error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    private static partial nint NewClient(int type, nint conf, [Out] byte[] error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    private static partial void DestroyClient(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint NewCluster(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void DestroyCluster(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_set_controller_id")]
    private static partial void SetController(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_set_apiversion")]
    private static partial int SetVersions(nint cluster, short request, short least, short most);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short request, nuint count, [In] MockError[] errors);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetLeader(nint cluster, string topic, int partition, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int SetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial int SetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    private static partial int SetRtt(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_coordinator_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetCoordinator(nint cluster, string type, string key, int broker);
}

/// <summary>Kinds of requests, by their number in Kafka's protocol.</summary>
public enum MockRequest : short
{
    Produce = 0,
    Fetch = 1,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    Heartbeat = 12,
    InitProducerId = 22,
}

/// <summary>Errors of brokers, by their number in Kafka's protocol; -195 closes the connection instead.</summary>
public enum MockError
{
    ConnectionLost = -195,
    LeaderNotAvailable = 5,
    NotLeader = 6,
    TimedOut = 7,
    MessageTooLarge = 10,
    CoordinatorNotAvailable = 15,
    NotCoordinator = 16,
    NotEnoughReplicas = 19,
    NotEnoughReplicasAfterAppend = 20,
    TopicNotAuthorized = 29,
    OutOfOrderSequence = 45,
    InvalidProducerEpoch = 47,
    UnknownProducer = 59,
}
