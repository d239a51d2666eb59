using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Timestone.Kafka.Clients;
using Timestone.Resilience;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Reads one partition, from what was committed to the group on, and commits what was delivered: every now and then, and when it stops.
/// Orleans sees to it that one silo reads a partition; while two do, both deliver, and what either has delivered is delivered.
/// </summary>
/// <remarks>Used by one pulling agent, one call at a time. Reading takes what the client has at hand and never blocks.</remarks>
internal sealed partial class KafkaReceiver(
    TopicPartition partition,
    KafkaClients clients,
    KafkaTopic topic,
    IKafkaDataAdapter data,
    KafkaQueueCache cache,
    ILogger<KafkaReceiver> logger,
    TimeProvider time
) : IQueueAdapterReceiver, IDisposable
{
    private const int MostBytes = 1024 * 1024, RecordBytes = 100;

    private static readonly TimeSpan AssignPause = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(5);

    private readonly EndlessRetry _retry = new(
        "The reader of events",
        logger,
        time,
        static problem => problem is IOException or KafkaException { Error.IsFatal: false }
    );
    private readonly CancellationTokenSource _stopping = new();
    private IConsumer<byte[], byte[]>? _consumer;
    private Progress? _progress;

    // Finds out where to begin, before anything is read. It alone uses the progress meanwhile.
    private Task<Offset>? _beginning;

    // From where on the client reads.
    private Offset _next;
    private long _assignedAt;
    private bool _failed, _isTold;

    public Task Initialize(TimeSpan timeout)
    {
        _consumer = clients.PartitionReader();
        _progress = topic.ProgressOf(_consumer, time);
        _beginning = BeginAsync(_progress, isAnother: false);
        return Task.CompletedTask;
    }

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        var batches = new List<IBatchContainer>();
        if (_consumer is { } consumer && _progress is { } progress && HasBegun(consumer) && !HasAnotherTopic(progress))
        {
            if (cache.TakeRewind() is { } offset)
            {
                _next = offset;
                Assign(consumer);
            }

            if (_failed && time.GetElapsedTime(_assignedAt) >= AssignPause)
                Assign(consumer);
            for (var bytes = 0; bytes < MostBytes && batches.Count < maxCount && Take(consumer) is { } record;)
            {
                // Back without being asked to.
                if (record.Offset < _next)
                {
                    batches.Clear();
                    StartAnew(progress);
                    break;
                }

                _next = record.Offset + 1;
                if (Read(record) is not { } batch)
                    continue;
                batches.Add(batch);
                bytes += batch.Bytes;
            }
        }

        return Task.FromResult<IList<IBatchContainer>>(batches);
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages)
    {
        Reach(messages);

        // Nothing is read while there is no room.
        if (_consumer is not null && _beginning is null && _progress is { } progress)
            HasAnotherTopic(progress);
        return Task.CompletedTask;
    }

    public async Task Shutdown(TimeSpan timeout)
    {
        if (_consumer is not { } consumer || _progress is not { } progress)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (cache.TryPurgeFromCache(out var delivered))
            Reach(delivered);
        _consumer = null;
        await Task.Run(async () =>
        {
            if (_beginning is { } beginning)
                await ((Task)beginning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await progress.CommitAsync().ConfigureAwait(false);
            using (consumer)
                consumer.Close();
        }).WaitAsync(timeout).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private void Reach(IList<IBatchContainer> delivered)
    {
        if (_beginning is null && delivered is [.., KafkaBatch last])
            _progress?.Reach([new TopicPartitionOffset(partition, last.Offset + 1)]);
    }

    // First which topic it is, then what was committed: so that is not of one before.
    private Task<Offset> BeginAsync(Progress progress, bool isAnother) =>
        _retry.RunAsync(
            $"begin with {partition}",
            async stopping =>
            {
                await progress.BeginAsync(stopping).ConfigureAwait(false);
                if (!isAnother)
                {
                    // It blocks, so not on a thread of the pool, on which the grains run; and the client is not disposed of under it.
                    return await Task
                        .Factory.StartNew(
                            () => progress.Resume([partition], Patience)[0].Offset,
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                        .ConfigureAwait(false);
                }

                progress.Own([new TopicPartitionOffset(partition, 0)]);
                return new Offset(0);
            },
            _stopping.Token
        );

    private bool HasBegun(IConsumer<byte[], byte[]> consumer)
    {
        if (_beginning is { IsCompleted: true } beginning)
        {
            _next = beginning.GetAwaiter().GetResult();
            _beginning = null;
            Assign(consumer);
        }

        return _beginning is null;
    }

    private bool HasAnotherTopic(Progress progress)
    {
        if (progress.Advance() is null)
            return false;
        StartAnew(progress);
        return true;
    }

    // The topic was deleted and is another one now.
    private void StartAnew(Progress progress)
    {
        LogAnother(partition);
        cache.StartAnew(0);
        _beginning = BeginAsync(progress, isAnother: true);
    }

    private ConsumeResult<byte[], byte[]>? Take(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            var record = consumer.Consume(TimeSpan.Zero);
            _isTold &= record is null;
            return record;
        }
        catch (ConsumeException problem) when (!problem.Error.IsFatal)
        {
            // Of most errors the client recovers by itself.
            if (!_isTold)
                LogNotRead(partition, problem.Error.Reason);
            (_failed, _isTold) = (true, true);
            return null;
        }
    }

    private void Assign(IConsumer<byte[], byte[]> consumer)
    {
        (_assignedAt, _failed) = (time.GetTimestamp(), false);
        consumer.Assign(new TopicPartitionOffset(partition, _next));
    }

    private KafkaBatch? Read(ConsumeResult<byte[], byte[]> record)
    {
        try
        {
            return new KafkaBatch(
                record.Offset.Value,
                data.FromRecord(record),
                RecordBytes + (record.Message.Key?.Length ?? 0) + (record.Message.Value?.Length ?? 0)
            );
        }
        catch (Exception problem)
        {
            // Whatever it is, the records behind it are not to wait for it for ever.
            LogPassedOver(partition, record.Offset.Value, problem);
            return null;
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "{Partition} could not be read: {Problem}")]
    private partial void LogNotRead(TopicPartition partition, string problem);

    [LoggerMessage(
        14,
        LogLevel.Warning,
        "{Partition} is read from its beginning: its topic was deleted and created again. What was in it and not delivered is lost."
    )]
    private partial void LogAnother(TopicPartition partition);

    [LoggerMessage(12, LogLevel.Error, "A record of {Partition} is passed over, as it cannot be understood: offset {Offset}.")]
    private partial void LogPassedOver(TopicPartition partition, long offset, Exception problem);
}
