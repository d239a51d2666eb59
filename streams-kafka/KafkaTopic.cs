using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Backends.Kafka;

namespace Timestone.Streams.Kafka;

/// <summary>The topic of a provider: there is one, and it has the partitions that the options say.</summary>
internal sealed partial class KafkaTopic(KafkaOptions options, ILogger<KafkaTopic> logger)
{
    private bool _isThere;

    public string Name => options.CurrentTopic;

    /// <summary>Creates it if it is missing; the first time only.</summary>
    /// <exception cref="IOException">The brokers cannot be asked now, or it is missing and cannot be created.</exception>
    public async Task EnsureAsync(Handle client)
    {
        if (Volatile.Read(ref _isThere))
            return;
        await new KafkaTopics(options, logger).EnsureAsync(client, [Name], CancellationToken.None).ConfigureAwait(false);
        var partitions = await KafkaTopics.CountPartitionsAsync(client, Name, CancellationToken.None).ConfigureAwait(false);
        if (!Interlocked.Exchange(ref _isThere, true) && partitions != options.Partitions)
            LogPartitions(Name, partitions, options.Partitions);
    }

    [LoggerMessage(1, LogLevel.Error, "Topic {Topic} of Kafka has {Partitions} partitions, and the stream provider is told that it has {Told}: set the number, as what is on others is not read.")]
    private partial void LogPartitions(string topic, int partitions, int told);
}
