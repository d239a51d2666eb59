using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Timestone.Backends.Kafka;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Reads one partition, from what was committed to the group on, and commits what was delivered: every now and then, and when it stops. Orleans sees to it
/// that one silo reads a partition; while two do, both deliver, and what either has delivered is delivered.
/// </summary>
/// <remarks>Used by one pulling agent, one call at a time. Reading takes what the client has at hand and never blocks.</remarks>
internal sealed partial class KafkaReceiver(
    TopicPartition partition, KafkaClients clients, KafkaTopic topic, IKafkaDataAdapter data, KafkaQueueCache cache, ILogger<KafkaReceiver> logger, TimeProvider time)
    : IQueueAdapterReceiver
{
    private const int MostBytes = 1024 * 1024, RecordBytes = 100;

    private static readonly TimeSpan AssignPause = TimeSpan.FromSeconds(1), Renewal = TimeSpan.FromDays(1), RenewalPause = TimeSpan.FromMinutes(1), Patience = TimeSpan.FromSeconds(5);

    private IConsumer<byte[], byte[]>? _consumer;

    // From where on the client reads: from what was committed, until it has read something.
    private Offset _next = Offset.Stored;
    private long _assignedAt;
    private bool _failed, _isTold, _isGone;
    private long _delivered;
    private Task<bool>? _renewing;
    private DateTimeOffset _renewAt = DateTimeOffset.MinValue;

    public async Task Initialize(TimeSpan timeout)
    {
        _consumer = clients.PartitionReader(OnCommitted);
        Assign(_consumer);
        try
        {
            await topic.EnsureAsync(_consumer.Handle).WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or TimeoutException)
        {
            // The client goes on looking for it by itself.
            LogNotThere(partition, problem.Message);
        }
    }

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        var batches = new List<IBatchContainer>();
        if (_consumer is { } consumer)
        {
            if (cache.TakeRewind() is { } offset)
            {
                _next = offset;
                Assign(consumer);
            }

            if (_failed && Stopwatch.GetElapsedTime(_assignedAt) >= AssignPause)
                Assign(consumer);
            for (var bytes = 0; bytes < MostBytes && batches.Count < maxCount && Take(consumer) is { } record;)
            {
                if (Read(record) is not { } batch)
                    continue;
                batches.Add(batch);
                bytes += batch.Bytes;
            }

            Renew(consumer);
        }

        return Task.FromResult<IList<IBatchContainer>>(batches);
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages)
    {
        if (_consumer is { } consumer && messages is [.., KafkaBatch last] && last.Offset >= _delivered)
        {
            // The client commits it.
            _delivered = last.Offset + 1;
            consumer.StoreOffset(new TopicPartitionOffset(partition, _delivered));
        }

        return Task.CompletedTask;
    }

    public async Task Shutdown(TimeSpan timeout)
    {
        if (_consumer is not { } consumer)
            return;
        if (cache.TryPurgeFromCache(out var delivered))
            await MessagesDeliveredAsync(delivered).ConfigureAwait(false);
        _consumer = null;
        await Task.Run(async () =>
        {
            if (_renewing is { } renewing)
                await renewing.ConfigureAwait(false);
            using (consumer)
                consumer.Close();
        }).WaitAsync(timeout).ConfigureAwait(false);
    }

    // Kafka forgets what a group without members has not committed for a week (offsets.retention.minutes), and the client commits what is new only: so how far a partition was
    // delivered is committed again when it is read from, and once a day.
    private void Renew(IConsumer<byte[], byte[]> consumer)
    {
        if (_renewing is { IsCompleted: false })
            return;

        // That Kafka is away is told elsewhere.
        if (_renewing is { Result: false })
            (_renewing, _renewAt) = (null, time.GetUtcNow() + RenewalPause);
        if (time.GetUtcNow() < _renewAt)
            return;
        _renewAt = time.GetUtcNow() + Renewal;
        var delivered = _delivered;

        // It blocks, so not on a thread of the pool, on which the grains run; and the client is not disposed of under it.
        _renewing = Task.Factory.StartNew(
            () => CommitsAgain(consumer, delivered), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private bool CommitsAgain(IConsumer<byte[], byte[]> consumer, long delivered)
    {
        try
        {
            var at = delivered > 0 ? new TopicPartitionOffset(partition, delivered) : consumer.Committed([partition], Patience)[0];
            if (!at.Offset.IsSpecial)
                consumer.Commit([at]);
            return true;
        }
        catch (Exception problem) when (problem is KafkaException or ObjectDisposedException)
        {
            return false;
        }
    }

    private ConsumeResult<byte[], byte[]>? Take(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            var record = consumer.Consume(TimeSpan.Zero);
            if (record is null)
                return null;

            // Back without being asked to: the topic was deleted and is another one now.
            if (!_next.IsSpecial && record.Offset < _next)
            {
                LogAnother(partition, record.Offset.Value);
                cache.StartAnew(record.Offset.Value);
                _delivered = record.Offset.Value;
            }

            (_next, _isTold) = (record.Offset + 1, false);
            return record;
        }
        catch (ConsumeException problem) when (!problem.Error.IsFatal)
        {
            // Of most errors the client recovers by itself. But a partition of which it was not told how far it was committed it leaves alone until it is assigned again.
            if (!_isTold)
                LogNotRead(partition, problem.Error.Reason);
            (_failed, _isTold) = (true, true);
            _isGone |= problem.Error.Code is KafkaErrorCode.UnknownTopicOrPart or KafkaErrorCode.Local_UnknownTopic or KafkaErrorCode.Local_UnknownPartition;
            return null;
        }
    }

    private void Assign(IConsumer<byte[], byte[]> consumer)
    {
        (_assignedAt, _failed) = (Stopwatch.GetTimestamp(), false);

        // Of a topic that comes back nothing was read.
        consumer.Assign(new TopicPartitionOffset(partition, _isGone ? Offset.Beginning : _next));
        _isGone = false;
    }

    private KafkaBatch? Read(ConsumeResult<byte[], byte[]> record)
    {
        try
        {
            return new KafkaBatch(record.Offset.Value, data.FromRecord(record), RecordBytes + (record.Message.Key?.Length ?? 0) + (record.Message.Value?.Length ?? 0));
        }
        catch (Exception problem)
        {
            // Whatever it is, the records behind it are not to wait for it for ever.
            LogPassedOver(partition, record.Offset.Value, problem);
            return null;
        }
    }

    private void OnCommitted(CommittedOffsets committed)
    {
        if (committed.Error is { IsError: true, Code: not KafkaErrorCode.Local_NoOffset } error)
            LogNotCommitted(partition, error.Reason);
    }

    [LoggerMessage(10, LogLevel.Warning, "The topic of {Partition} is not to be had yet: {Problem}")]
    private partial void LogNotThere(TopicPartition partition, string problem);

    [LoggerMessage(11, LogLevel.Warning, "{Partition} could not be read: {Problem}")]
    private partial void LogNotRead(TopicPartition partition, string problem);

    [LoggerMessage(14, LogLevel.Warning, "{Partition} begins again at offset {Offset}: its topic was deleted and created again. What was in it and not delivered is lost.")]
    private partial void LogAnother(TopicPartition partition, long offset);

    [LoggerMessage(12, LogLevel.Error, "A record of {Partition} is passed over, as it cannot be understood: offset {Offset}.")]
    private partial void LogPassedOver(TopicPartition partition, long offset, Exception problem);

    [LoggerMessage(13, LogLevel.Warning, "How far {Partition} was delivered could not be committed; some of it may come again. {Problem}")]
    private partial void LogNotCommitted(TopicPartition partition, string problem);
}
