using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Backends.Events;
using Timestone.Engine;
using Timestone.Json;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Backends.Kafka;

/// <summary>
/// Publishes what the outbox tells: transitions to the historic topic, and how messages are since to the current one. docs/events.md
/// says what readers may rely on.
/// </summary>
/// <remarks>
/// Order. Within a producer's life each partition gets a prefix of what was handed to it, without gaps: it is idempotent, gives
/// nothing up by itself, and stops for good where a record fails. Then, or when nothing has come through for too long, it is thrown away, and
/// a new one begins with the batch from its start. So first arrivals are in order, whatever fails.
/// </remarks>
public sealed class KafkaPublisher : IOutboxSink, IAsyncDisposable
{
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
    private int _largest = int.MaxValue;
    private bool _asksForSizes;
    private bool _disposed;

    /// <summary>Makes one. It connects when it is first given something.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaPublisher(KafkaOptions options, ILogger<KafkaPublisher> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _logger, _time) = (options, logger, time ?? TimeProvider.System);
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
                await RecoverAsync(undelivered).ConfigureAwait(false);
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
        var producer = _producer ??= Producer();
        if (!_topicsAreThere)
            await _topics.EnsureAsync(producer.Handle, [_options.CurrentTopic, _options.HistoricTopic], cancellationToken).ConfigureAwait(false);
        _topicsAreThere = true;

        var delivery = new Delivery();
        var (transitions, others) = (0, 0);
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
                var partitions = await KafkaTopics.CountPartitionsAsync(producer.Handle, _options.CurrentTopic, cancellationToken).ConfigureAwait(false);
                var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"{removed.Queue}/"), Value = EventJson.Write(told) };
                for (var partition = 0; partition < partitions; partition++)
                    await ProduceAsync(producer, new TopicPartition(_options.CurrentTopic, partition), message, delivery, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var topic = told.Kind == StreamEventKind.Transition ? _options.HistoricTopic : _options.CurrentTopic;
                await ProduceAsync(producer, new TopicPartition(topic, Partition.Any), MessageOf(told), delivery, cancellationToken).ConfigureAwait(false);
            }

            if (delivery.Failure is not null)
                break;
        }

        var failure = await EndAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return failure;
        EventMetrics.Published(_options.HistoricTopic, transitions);
        EventMetrics.Published(_options.CurrentTopic, others);
        return null;
    }

    private Message<byte[], byte[]> MessageOf(StreamEvent told)
    {
        var value = EventJson.Write(told);
        if (value.Length > _largest && told.Transition is { Payload.Kind: not PayloadKind.None } transition)
            value = EventJson.Write(told with { Transition = transition with { Payload = default } });
        var (queue, id) = told.Transition is { } made ? (made.Queue, made.Id)
            : told.Message is { } message ? (message.Queue, message.Id)
            : (told.RemovedMessage!.Queue, told.RemovedMessage.Id);
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"{queue}/{id}"), Value = value };
    }

    private async ValueTask ProduceAsync(IProducer<byte[], byte[]> producer, TopicPartition where, Message<byte[], byte[]> message, Delivery delivery, CancellationToken cancellationToken)
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
                delivery.Refuse(problem.Error, message.Value.Length);
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

    private IProducer<byte[], byte[]> Producer() => _clients.Producer(withValues: _asksForSizes);

    // An event that is too large can be published without its payload, once its size is known. For everything else the pump tries again later.
    private async Task RecoverAsync(Undelivered undelivered)
    {
        await DiscardAsync().ConfigureAwait(false);
        if (undelivered is { Error.Code: KafkaErrorCode.MsgSizeTooLarge, Bytes: null } && !_asksForSizes)
        {
            _asksForSizes = true;
            return;
        }

        if (undelivered.Error.Code != KafkaErrorCode.MsgSizeTooLarge || undelivered.Bytes is not { } size || size > _largest)
            throw new IOException($"Kafka did not take events. {undelivered.Error.Reason}", new KafkaException(undelivered.Error));
        _largest = size - 1;
        KafkaLog.PayloadLeftOut(_logger, size, _options.HistoricTopic);
    }

    // What it still holds goes with it.
    private async Task DiscardAsync()
    {
        _topicsAreThere = false;
        if (_producer is not { } producer)
            return;
        _producer = null;
        await Task.Run(producer.Dispose).ConfigureAwait(false);
    }
}
