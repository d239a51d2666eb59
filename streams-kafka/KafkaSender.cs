using Confluent.Kafka;
using Timestone.Backends.Kafka;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Publishes records: each ends when all replicas have it. The producer is idempotent and leaves no gaps, so what one caller sends one after the other is in
/// that order; where a record fails, or nothing is acknowledged for too long, the producer is replaced.
/// </summary>
internal sealed class KafkaSender(KafkaClients clients, KafkaTopic topic, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _sync = new();
    private IProducer<byte[], byte[]>? _producer;
    private bool _disposed;

    /// <exception cref="IOException">It was not acknowledged; whether Kafka has it is not known.</exception>
    public async Task SendAsync(int partition, Message<byte[], byte[]> record)
    {
        var producer = Current();
        await topic.EnsureAsync(producer.Handle).ConfigureAwait(false);
        var delivery = new Delivery();
        delivery.Add();
        await ProduceAsync(producer, partition, record, delivery).ConfigureAwait(false);
        Undelivered? undelivered;
        try
        {
            undelivered = await delivery.SealAsync().WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException problem)
        {
            await DiscardAsync(producer).ConfigureAwait(false);
            throw new IOException($"Kafka has not acknowledged an event for {timeout.TotalSeconds} s.", problem);
        }

        if (undelivered is null)
            return;

        // One that is too large says nothing about the others.
        if (undelivered.Error.Code != KafkaErrorCode.MsgSizeTooLarge)
            await DiscardAsync(producer).ConfigureAwait(false);
        throw new IOException($"Kafka did not take an event. {undelivered.Error.Reason}", new KafkaException(undelivered.Error));
    }

    public void Dispose()
    {
        IProducer<byte[], byte[]>? producer;
        lock (_sync)
        {
            _disposed = true;
            (producer, _producer) = (_producer, null);
        }

        producer?.Flush(FlushTimeout);
        producer?.Dispose();
    }

    private IProducer<byte[], byte[]> Current()
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _producer ??= clients.Producer();
        }
    }

    private async Task ProduceAsync(IProducer<byte[], byte[]> producer, int partition, Message<byte[], byte[]> record, Delivery delivery)
    {
        while (true)
        {
            try
            {
                producer.Produce(new TopicPartition(topic.Name, partition), record, delivery.OnReport);
                return;
            }
            catch (ProduceException<byte[], byte[]> problem) when (problem.Error.Code == KafkaErrorCode.Local_QueueFull)
            {
                await Task.Delay(FullQueuePause, time).ConfigureAwait(false);
            }
            catch (ProduceException<byte[], byte[]> problem)
            {
                delivery.Refuse(problem.Error, record.Value.Length);
                return;
            }
            catch (ObjectDisposedException problem)
            {
                throw new IOException("Kafka did not take the events before this one.", problem);
            }
        }
    }

    // What it still holds goes with it; those who wait for that are told when their time is over.
    private async Task DiscardAsync(IProducer<byte[], byte[]> producer)
    {
        lock (_sync)
        {
            if (_producer != producer)
                return;
            _producer = null;
        }

        await Task.Run(producer.Dispose).ConfigureAwait(false);
    }
}
