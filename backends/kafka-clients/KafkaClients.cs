using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Kafka.Clients;

/// <summary>
/// Builds the clients: the one place that knows how they are configured. Building connects to nothing yet, but checks the configuration.
/// </summary>
internal sealed class KafkaClients
{
    // What the client puts into one batch, unless it is told otherwise.
    private const int DefaultBytes = 1_000_000;

    // What it can be told at most.
    private const int MostBytes = 1_000_000_000;
    private const int MetadataMilliseconds = 10_000;
    private const string BrokersUse = "reach the brokers";
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private int _brokersAreDown;
    private int _isRefused;

    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaClients(KafkaOptions options, ILogger logger)
    {
        options.Validate();
        (_options, _logger) = (options, logger);
    }

    /// <summary>
    /// A producer whose records are kept by all replicas, each once, and in their order or not at all. A record waits until it is
    /// taken, however long: were it given up, those behind it would overtake it.
    /// </summary>
    /// <param name="mostBytes">How many bytes the topics take at once; null for the client's default.</param>
    /// <param name="oneByOne">Whether each record goes by itself, and reports carry records, which are held in memory for that until they
    /// have arrived.</param>
    public IProducer<byte[], byte[]> Producer(int? mostBytes = null, bool oneByOne = false) => Build(() =>
    {
        List<(string, string)> defaults = [("linger.ms", "2"), ("compression.type", "lz4")];
        if (mostBytes is < DefaultBytes)
            defaults.Add(("batch.size", Text(mostBytes.Value)));
        else if (mostBytes is > DefaultBytes)
            defaults.Add(("message.max.bytes", Text(Math.Min(mostBytes.Value, MostBytes))));
        var config = new ProducerConfig(Properties(new ClientConfig { ClientId = "timestone", SocketNagleDisable = true }, [.. defaults]))
        {
            EnableIdempotence = true,
            EnableGaplessGuarantee = true,
            Acks = Acks.All,
            MessageTimeoutMs = 0,
            Partitioner = Partitioner.Murmur2Random,
            DeliveryReportFields = oneByOne ? "key,value" : "none",
        };
        if (oneByOne)
            config.BatchNumMessages = 1;
        return new ProducerBuilder<byte[], byte[]>(config).SetLogHandler(OnLog).SetErrorHandler(OnError).Build();
    });

    /// <summary>
    /// A consumer of the indexers' group. What a member had that died is not read until its session is over: 6 s, the least that brokers
    /// take unless they are told otherwise (group.min.session.timeout.ms). Partitions are assigned eagerly: members that assign
    /// cooperatively cannot be in one group with those of earlier versions.
    /// </summary>
    public IConsumer<byte[], byte[]> Consumer(Action<ConsumerBuilder<byte[], byte[]>> handlers) => Build(() =>
    {
        var config = new ConsumerConfig(Properties(
            new ClientConfig { ClientId = "timestone", SocketNagleDisable = true, TopicMetadataRefreshIntervalMs = MetadataMilliseconds },
            ("partition.assignment.strategy", "roundrobin"),
            ("session.timeout.ms", "6000"),
            ("heartbeat.interval.ms", "2000"),
            ("fetch.wait.max.ms", "100"),
            ("queued.max.messages.kbytes", "16384")))
        {
            GroupId = _options.GroupId,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ConsumeResultFields = "topic",
        };
        var builder = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(OnLog).SetErrorHandler(OnError);
        handlers(builder);
        return builder.Build();
    });

    /// <summary>
    /// A consumer of partitions that are assigned by hand, in the name of the group: at offsets that are there, else from the earliest.
    /// </summary>
    public IConsumer<byte[], byte[]> PartitionReader() => Build(() =>
    {
        var config = new ConsumerConfig(Properties(
            new ClientConfig { ClientId = "timestone", SocketNagleDisable = true, TopicMetadataRefreshIntervalMs = MetadataMilliseconds },
            ("fetch.wait.max.ms", "100"),
            ("queued.max.messages.kbytes", "4096")))
        {
            GroupId = _options.GroupId,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ConsumeResultFields = "topic",
        };
        return new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(OnLog).SetErrorHandler(OnError).Build();
    });

    /// <summary>A client that asks.</summary>
    public IAdminClient Admin() =>
        Build(() =>
            new AdminClientBuilder(
                new AdminClientConfig(Properties(new ClientConfig { ClientId = "timestone", SocketNagleDisable = true }))
            )
                .SetLogHandler(OnLog)
                .SetErrorHandler(OnError)
                .Build()
        );

    /// <summary>
    /// Closes or disposes of a client, for some seconds: its library may wait for brokers that do not answer, or for a topic that is gone.
    /// After that it is left to itself, and ends with the process at the latest.
    /// </summary>
    public async Task EndAsync(Action end, TimeProvider? time = null)
    {
        try
        {
            await Task.Run(end).WaitAsync(EndLimit, time ?? TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            KafkaLog.NotEnded(_logger, EndLimit.TotalSeconds);
        }
        catch (KafkaException problem)
        {
            // Whom it should have told finds out.
            KafkaLog.FromClient(_logger, "close", problem.Error.Reason);
        }
    }

    /// <summary>Is told that something came through.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _isRefused) != 0)
            Volatile.Write(ref _isRefused, 0);
        _options.State?.Work(BrokersUse);
        if (Volatile.Read(ref _brokersAreDown) != 0 && Interlocked.Exchange(ref _brokersAreDown, 0) != 0)
        {
            var level = _options.State is null ? LogLevel.Information : LogLevel.Debug;
            KafkaLog.Answers(_logger, _options.BootstrapServers, level);
        }
    }

    private Dictionary<string, string> Properties(ClientConfig config, params (string Name, string Value)[] defaults)
    {
        config.BootstrapServers = _options.BootstrapServers;

        // Topics that are missing are created by us, with the partitions of our options: the brokers would give them as many as they
        // please.
        config.Set("allow.auto.create.topics", "false");
        var properties = config.ToDictionary(static property => property.Key, static property => property.Value);
        foreach (var (name, value) in defaults)
            properties[name] = value;
        foreach (var (name, value) in _options.Properties)
            properties[name] = value;
        return properties;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new ArgumentException($"Kafka's client does not take its properties. {problem.Message}", problem);
        }
    }

    // Its log tells each attempt to connect.
    private void OnLog(IClient client, LogMessage line) => KafkaLog.FromClient(_logger, line.Facility, line.Message);

    private void OnError(IClient client, Error error)
    {
        // What is noted is told once for all clients; that they do not trust each other also where something else was noted first.
        var level = _options.State is null ? LogLevel.Warning : LogLevel.Debug;
        if (error.Code is KafkaErrorCode.Local_Ssl or KafkaErrorCode.Local_Authentication && Interlocked.Exchange(ref _isRefused, 1) == 0)
        {
            KafkaLog.Refused(_logger, error.Reason);
            _options.State?.Fail(BrokersUse, $"it and its client do not trust each other: {error.Reason}");
        }
        else if (error.Code == KafkaErrorCode.Local_AllBrokersDown && Interlocked.Exchange(ref _brokersAreDown, 1) == 0)
        {
            KafkaLog.Unreachable(_logger, _options.BootstrapServers, level);
            if (Volatile.Read(ref _isRefused) == 0)
                _options.State?.Fail(BrokersUse, $"no broker can be reached ({_options.BootstrapServers}).");
        }
        else if (error.IsFatal)
            KafkaLog.Fatal(_logger, error.Reason);
        else
            KafkaLog.FromClient(_logger, "error", error.Reason);
    }
}
