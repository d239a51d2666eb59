using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Kafka.Clients;

namespace Timestone.Kafka;

/// <summary>
/// Indexes records of the topics that somebody else has read; what cannot be indexed goes to the dead letters. Used by one caller at a
/// time.
/// </summary>
public sealed class KafkaRecordIndexer : IAsyncDisposable
{
    private readonly DeadLetters _deadLetters;
    private readonly BatchIndexing _indexing;

    /// <summary>Makes one. It connects to Kafka when there is a dead letter.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaRecordIndexer(KafkaOptions options, IIndexWriter index, ILogger<KafkaRecordIndexer> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(logger);
        _deadLetters = new DeadLetters(options, new KafkaClients(options, logger), new KafkaTopics(options, logger), logger);
        _indexing = new BatchIndexing(index, _deadLetters, logger, time ?? TimeProvider.System);
    }

    /// <summary>Ends when all of them are in the index or among the dead letters: it tries until they are, or it is canceled.</summary>
    /// <exception cref="OperationCanceledException">It was canceled; all of them can be tried again.</exception>
    public Task IndexAsync(IEnumerable<ConsumeResult<byte[], byte[]>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var batch = new IndexingBatch();
        foreach (var record in records)
            batch.Add(record);
        return _indexing.RunAsync(batch, cancellationToken, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _deadLetters.DisposeAsync();
}
