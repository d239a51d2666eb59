using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Kafka.Clients;

namespace Timestone.Streams.Kafka;

/// <summary>The topic of a provider: that there is one, which one it is, and how many partitions it has.</summary>
internal sealed partial class KafkaTopic(KafkaOptions options, KafkaClients clients, ILogger<KafkaTopic> logger) : IDisposable
{
    private readonly KafkaTopics _topics = new(options, logger);
    private readonly Lazy<IAdminClient> _asking = new(clients.Admin);
    private bool _isThere;
    private bool _isSettled;

    public string Name => options.CurrentTopic;

    /// <summary>How many partitions the provider goes by.</summary>
    public int Partitions { get; private set; } = options.Partitions;

    /// <summary>
    /// Asks Kafka how many partitions there are. If Kafka is not to be had that is for the options to say: a silo starts without it, too.
    /// </summary>
    public async Task SettleAsync()
    {
        using var client = clients.Producer();
        try
        {
            await EnsureAsync(client.Handle).ConfigureAwait(false);
        }
        catch (IOException problem)
        {
            LogUnknown(Name, Partitions, problem.Message);
        }

        _isSettled = true;
    }

    /// <summary>Creates it if it is missing; the first time only.</summary>
    /// <exception cref="IOException">The brokers cannot be asked now, or it is missing and cannot be created.</exception>
    public async Task EnsureAsync(Handle client)
    {
        if (Volatile.Read(ref _isThere))
            return;
        await _topics.EnsureAsync(client, [Name], CancellationToken.None).ConfigureAwait(false);
        var partitions = await KafkaTopics.CountPartitionsAsync(client, Name, CancellationToken.None).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isThere, true))
            return;
        if (!_isSettled)
            Partitions = partitions;
        else if (Partitions != partitions)
            LogPartitions(Name, partitions, Partitions);
    }

    /// <summary>What commits how far a consumer has come in it.</summary>
    public Progress ProgressOf(IConsumer<byte[], byte[]> consumer, TimeProvider time) => new(
        consumer, stopping => _topics.IdentifyAsync(_asking.Value, [Name], stopping), options.CommitInterval, logger, time);

    public void Dispose()
    {
        if (_asking.IsValueCreated)
            clients.EndAsync(_asking.Value.Dispose).GetAwaiter().GetResult();
    }

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "How many partitions topic {Topic} of Kafka has cannot be asked now; it is taken to have {Partitions}. {Problem}"
    )]
    private partial void LogUnknown(string topic, int partitions, string problem);

    [LoggerMessage(
        1,
        LogLevel.Error,
        "Topic {Topic} of Kafka has {Partitions} partitions, and the stream provider goes by {Told}: what is on others is not read until the process is started again."
    )]
    private partial void LogPartitions(string topic, int partitions, int told);
}
