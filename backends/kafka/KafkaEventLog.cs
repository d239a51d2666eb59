using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Timestone.Events;
using Timestone.Kafka.Clients;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Kafka;

/// <summary>Asks Kafka how far its topics of events reach, and how far a group has come in them.</summary>
public sealed class KafkaEventLog : IEventLog, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // A partition's leader moves, and a new topic has none yet: for a moment that is no failure.
    private static readonly ResiliencePipeline LeaderMoves = new ResiliencePipelineBuilder()
        .AddRetry(
            new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<KafkaException>(IsMoving),
                MaxRetryAttempts = 10,
                Delay = TimeSpan.FromMilliseconds(200),
            }
        )
        .Build();

    private readonly string[] _topics;
    private readonly KafkaClients _clients;
    private readonly KafkaTopics _create;
    private readonly Dictionary<string, string> _ids = [];
    private bool _isAnother;
    private IAdminClient? _client;
    private IConsumer<byte[], byte[]>? _reader;

    /// <summary>Makes one. It connects when it is first asked.</summary>
    /// <param name="options">Where Kafka is; the group is that of those who write the index.</param>
    /// <param name="logger">Is told what Kafka's client tells.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaEventLog(KafkaOptions options, ILogger<KafkaEventLog> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        _topics = [options.CurrentTopic, options.HistoricTopic];
        _clients = new KafkaClients(options, logger);
        _create = new KafkaTopics(options, logger);
    }

    /// <inheritdoc/>
    public async Task<EventPositions> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var partitions = await PartitionsAsync(cancellationToken).ConfigureAwait(false);
            var ends = await LeaderMoves
                .ExecuteAsync(async _ => await OffsetsAsync(partitions, OffsetSpec.Latest()).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            var found = await CommittedAsync(partitions).ConfigureAwait(false);
            var done = found.ToDictionary(static at => at.TopicPartition, static at => at.Offset.IsSpecial ? 0 : at.Offset.Value);

            // What the topic has let go of is waited for by nobody.
            List<TopicPartition> late = [.. partitions.Where(partition => done.GetValueOrDefault(partition) < ends[partition])];
            var starts = late.Count == 0 ? [] : await OffsetsAsync(late, OffsetSpec.Earliest()).ConfigureAwait(false);
            _clients.Answered();
            return new EventPositions(
                [
                    .. partitions.Select(partition => new PartitionPosition(
                        partition.Topic,
                        partition.Partition.Value,
                        ends[partition],
                        Math.Max(done.GetValueOrDefault(partition), starts.GetValueOrDefault(partition))
                    )),
                ],
                _isAnother,
                // Of a group that has committed nothing it is not known what it has read.
                starts.Any(start => done.TryGetValue(start.Key, out var read) && read > 0 && read < start.Value));
        }
        catch (KafkaException problem)
        {
            throw new IOException($"Kafka does not tell how far its topics are. {Reason(problem)}", problem);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndReaderAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _client, null) is { } client)
            await _clients.EndAsync(client.Dispose).ConfigureAwait(false);
    }

    private async Task EndReaderAsync()
    {
        if (Interlocked.Exchange(ref _reader, null) is { } reader)
            await _clients.EndAsync(reader.Dispose).ConfigureAwait(false);
    }

    private IAdminClient Client => _client ??= _clients.Admin();

    private static bool IsMoving(KafkaException problem) =>
        ErrorOf(problem).Code
            is KafkaErrorCode.NotLeaderForPartition or KafkaErrorCode.LeaderNotAvailable or KafkaErrorCode.UnknownTopicOrPart;

    // A client of the group asks, though it reads nothing: one that belongs to no group ends the process when the broker answers that it is
    // not the group's coordinator (librdkafka 2.16, ListConsumerGroupOffsets).
    private async Task<List<TopicPartitionOffset>> CommittedAsync(List<TopicPartition> partitions)
    {
        try
        {
            // It blocks; and the client is not disposed of under it.
            return await Task.Run(() => (_reader ??= _clients.PartitionReader()).Committed(partitions, Patience)).ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            // It may have seen the group's broker die, and ask it for ever.
            await EndReaderAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string Reason(KafkaException problem) => ErrorOf(problem).Reason;

    // Of some partitions, the first error; of the call else.
    private static Error ErrorOf(KafkaException problem)
    {
        var errors = problem switch
        {
            ListOffsetsException { Result: var result } => result.ResultInfos.Select(static info => info.TopicPartitionOffsetError.Error),
            TopicPartitionOffsetException { Results: var results } => results.Select(static at => at.Error),
            _ => [],
        };
        return errors.FirstOrDefault(static error => error.IsError) ?? problem.Error;
    }

    // One that was deleted is created again here: nobody may be publishing.
    private async Task<List<TopicPartition>> PartitionsAsync(CancellationToken cancellationToken)
    {
        var partitions = new List<TopicPartition>();
        foreach (var topic in await _create.DescribeAsync(Client, _topics, cancellationToken).ConfigureAwait(false))
        {
            // Of brokers that know no ids they are all alike.
            var id = $"{topic.TopicId}";
            _isAnother |= _ids.TryGetValue(topic.Name, out var before) && before != id;
            _ids[topic.Name] = id;
            partitions.AddRange(
                topic
                    .Partitions.Select(partition => new TopicPartition(topic.Name, partition.Partition))
                    .OrderBy(static partition => partition.Partition.Value)
            );
        }

        return partitions;
    }

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(IEnumerable<TopicPartition> partitions, OffsetSpec which)
    {
        var found = await Client
            .ListOffsetsAsync(
                partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
                new ListOffsetsOptions { RequestTimeout = Patience }
            )
            .ConfigureAwait(false);
        return found
            .ResultInfos.Select(static info => info.TopicPartitionOffsetError)
            .ToDictionary(
                static at => at.TopicPartition,
                static at => at.Error.IsError ? throw new KafkaException(at.Error) : at.Offset.Value
            );
    }
}
