using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Json;
using Timestone.Kafka.Clients;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Kafka;

/// <summary>
/// Publishes what the outbox tells: transitions to the historic topic, and how messages are since to the current one. docs/events.md
/// says what readers may rely on.
/// </summary>
/// <remarks>
/// Order. Within a producer's life each partition gets a prefix of what was handed to it, without gaps: it is idempotent, gives nothing up
/// by itself, and stops for good where a record fails. Then, or when nothing has come through for too long, it is thrown away, and a new
/// one begins with the batch from its start. So first arrivals are in order, whatever fails.
/// </remarks>
public sealed class KafkaPublisher : IOutboxSink, IAsyncDisposable
{
    /// <summary>The header of a record whose event is not whole; it names what was left out.</summary>
    internal const string OmittedHeader = "timestone-omitted";

    // What surrounds a record that is alone in its batch, at most.
    private const int RecordOverhead = 200;

    private static readonly TimeSpan LimitsHold = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly KafkaClients _clients;
    private readonly KafkaTopics _topics;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IProducer<byte[], byte[]>? _producer;
    private bool _topicsAreThere;

    // How many bytes the topics take at once, which is not asked again of brokers that did not say; and the least that they refused though
    // it came by itself.
    private bool _asks = true;
    private long _learnedAt;
    private int? _mostBytes;
    private int _refusedBytes = int.MaxValue;
    private bool _oneByOne;
    private bool _disposed;

    /// <summary>Makes one. It connects when it is first given something.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaPublisher(KafkaOptions options, ILogger<KafkaPublisher> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _logger, _time) = (options, logger, time ?? TimeProvider.System);
        _learnedAt = _time.GetTimestamp();
        _clients = new KafkaClients(options, logger);
        _topics = new KafkaTopics(options, logger);
        _producer = Producer();
    }

    /// <inheritdoc/>
    public async ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (await PublishAsync(EventDocuments.Of(batch.Entries), cancellationToken).ConfigureAwait(false) is { } undelivered)
                await RecoverAsync(undelivered, cancellationToken).ConfigureAwait(false);
            _clients.Answered();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets what is on its way arrive, for a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            if (_producer is { } producer)
                await Task.Run(() => producer.Flush(FlushTimeout)).ConfigureAwait(false);
            await DiscardAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Undelivered?> PublishAsync(IEnumerable<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_learnedAt) >= LimitsHold)
            await ForgetLimitsAsync().ConfigureAwait(false);
        if (_producer is null || !_topicsAreThere)
            await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var producer = _producer!;
        var delivery = new Delivery();
        var (transitions, others, omitted) = (0, 0, 0);
        foreach (var told in events)
        {
            if (told.Kind == StreamEventKind.Transition)
                transitions++;
            else
                others++;
            if (told.RemovedQueue is { } removed)
            {
                // Behind everything that is told of its messages, whichever partition that is on.
                if (await EndAsync(delivery, cancellationToken).ConfigureAwait(false) is { } undelivered)
                    return undelivered;
                delivery = new Delivery();
                var partitions = await KafkaTopics
                    .CountPartitionsAsync(producer.Handle, _options.CurrentTopic, cancellationToken)
                    .ConfigureAwait(false);
                var message = new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes($"{removed.Queue}/"),
                    Value = EventJson.Write(told),
                };
                for (var partition = 0; partition < partitions; partition++)
                    await ProduceAsync(producer, new TopicPartition(_options.CurrentTopic, partition), message, delivery, cancellationToken)
                        .ConfigureAwait(false);
            }
            else
            {
                var topic = told.Kind == StreamEventKind.Transition ? _options.HistoricTopic : _options.CurrentTopic;
                var message = MessageOf(told);
                omitted += message.Headers is null ? 0 : 1;
                await ProduceAsync(producer, new TopicPartition(topic, Partition.Any), message, delivery, cancellationToken)
                    .ConfigureAwait(false);
            }

            if (delivery.Failure is not null)
                break;
        }

        var failure = await EndAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return failure;
        EventMetrics.Published(_options.HistoricTopic, transitions);
        EventMetrics.Published(_options.CurrentTopic, others);
        if (omitted > 0)
        {
            EventMetrics.PayloadsOmitted(_options.HistoricTopic, omitted);
            KafkaLog.PayloadsOmitted(_logger, omitted, LargestRecord, _options.HistoricTopic);
        }

        return null;
    }

    private int LargestRecord => Math.Min(_mostBytes ?? int.MaxValue, _refusedBytes - 1);

    private Message<byte[], byte[]> MessageOf(StreamEvent told)
    {
        var (queue, id) = told.Transition is { } made ? (made.Queue, made.Id)
            : told.Message is { } message ? (message.Queue, message.Id)
            : (told.RemovedMessage!.Queue, told.RemovedMessage.Id);
        var record = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"{queue}/{id}"), Value = EventJson.Write(told) };
        if (SizeOf(record) > LargestRecord && told.Transition is { Payload.Kind: not PayloadKind.None } transition)
        {
            record.Value = EventJson.Write(told with { Transition = transition with { Payload = default } });
            record.Headers = new Headers { { OmittedHeader, "payload"u8.ToArray() } };
        }

        return record;
    }

    // Before it is compressed: it may then be smaller.
    private static int SizeOf(Message<byte[], byte[]> record) => (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0) + RecordOverhead;

    private async ValueTask ProduceAsync(
        IProducer<byte[], byte[]> producer,
        TopicPartition where,
        Message<byte[], byte[]> message,
        Delivery delivery,
        CancellationToken cancellationToken
    )
    {
        delivery.Add();
        while (true)
        {
            try
            {
                producer.Produce(where, message, delivery.OnReport);
                return;
            }
            catch (ProduceException<byte[], byte[]> problem) when (problem.Error.Code == KafkaErrorCode.Local_QueueFull)
            {
                // Until some of it has arrived.
                await Task.Delay(FullQueuePause, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (ProduceException<byte[], byte[]> problem)
            {
                delivery.Refuse(problem.Error, SizeOf(message));
                return;
            }
        }
    }

    private async Task<Undelivered?> EndAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var end = delivery.SealAsync();
        while (true)
        {
            var reports = delivery.Reports;
            try
            {
                return await end.WaitAsync(_options.DeliveryTimeout, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException problem) when (delivery.Reports == reports)
            {
                await DiscardAsync().ConfigureAwait(false);
                throw new IOException($"Kafka has acknowledged nothing for {_options.DeliveryTimeout.TotalSeconds} s.", problem);
            }
            catch (TimeoutException)
            {
                // It is slow.
            }
        }
    }

    // A topic may take more by now.
    private async Task ForgetLimitsAsync()
    {
        _learnedAt = _time.GetTimestamp();
        (_asks, _topicsAreThere, _refusedBytes) = (true, false, int.MaxValue);
        if (!_oneByOne)
            return;
        _oneByOne = false;
        await DiscardAsync().ConfigureAwait(false);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        string[] topics = [_options.CurrentTopic, _options.HistoricTopic];
        _producer ??= Producer();
        await _topics.EnsureAsync(_producer.Handle, topics, cancellationToken).ConfigureAwait(false);
        if (_asks)
        {
            var most = await KafkaTopics.MostBytesAsync(_producer.Handle, topics).ConfigureAwait(false);
            _asks = most is not null;
            if (most is not null && most != _mostBytes)
            {
                await DiscardAsync().ConfigureAwait(false);
                _mostBytes = most;
                _producer = Producer();
            }
        }

        _topicsAreThere = true;
    }

    private IProducer<byte[], byte[]> Producer() => _clients.Producer(_mostBytes, _oneByOne);

    // What is too large can be published without its payload, once it is known which of a batch that is. For everything else the pump tries
    // again later.
    private async Task RecoverAsync(Undelivered undelivered, CancellationToken cancellationToken)
    {
        await DiscardAsync().ConfigureAwait(false);
        if (undelivered.Error.Code != KafkaErrorCode.MsgSizeTooLarge)
            throw Untaken(undelivered);
        var before = _mostBytes;
        _asks = true;
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (_mostBytes != before)
            return;
        if (!undelivered.ByItself && !_oneByOne)
        {
            _oneByOne = true;
            KafkaLog.OneByOne(_logger, _options.HistoricTopic);
            await DiscardAsync().ConfigureAwait(false);
            return;
        }

        if (undelivered.Bytes > LargestRecord)
            throw Untaken(undelivered);
        _refusedBytes = undelivered.Bytes;
    }

    private static IOException Untaken(Undelivered undelivered) =>
        new($"Kafka did not take events. {undelivered.Error.Reason}", new KafkaException(undelivered.Error));

    // What it still holds goes with it.
    private async Task DiscardAsync()
    {
        _topicsAreThere = false;
        if (_producer is not { } producer)
            return;
        _producer = null;
        await _clients.EndAsync(producer.Dispose).ConfigureAwait(false);
    }
}
