using Confluent.Kafka;
using Timestone.Kafka.Clients;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Publishes records: each ends when all replicas have it. The producer is idempotent and leaves no gaps, so what one caller sends one
/// after the other is in that order; where a record fails, or nothing is acknowledged for too long, the producer is replaced.
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
        var acknowledged = new TaskCompletionSource<Error>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ProduceAsync(producer, partition, record, acknowledged).ConfigureAwait(false);
        Error error;
        try
        {
            error = await acknowledged.Task.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException problem)
        {
            await DiscardAsync(producer).ConfigureAwait(false);
            throw new IOException($"Kafka has not acknowledged an event for {timeout.TotalSeconds} s.", problem);
        }

        if (!error.IsError)
            return;

        // One that is too large says nothing about the others.
        if (error.Code != KafkaErrorCode.MsgSizeTooLarge)
            await DiscardAsync(producer).ConfigureAwait(false);
        throw new IOException($"Kafka did not take an event. {error.Reason}", new KafkaException(error));
    }

    public void Dispose()
    {
        IProducer<byte[], byte[]>? producer;
        lock (_sync)
        {
            _disposed = true;
            (producer, _producer) = (_producer, null);
        }

        if (producer is null)
            return;
        clients.EndAsync(() =>
        {
            producer.Flush(FlushTimeout);
            producer.Dispose();
        }).GetAwaiter().GetResult();
    }

    private IProducer<byte[], byte[]> Current()
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _producer ??= clients.Producer();
        }
    }

    private async Task ProduceAsync(
        IProducer<byte[], byte[]> producer,
        int partition,
        Message<byte[], byte[]> record,
        TaskCompletionSource<Error> acknowledged
    )
    {
        while (true)
        {
            try
            {
                producer.Produce(new TopicPartition(topic.Name, partition), record, report => acknowledged.TrySetResult(report.Error));
                return;
            }
            catch (ProduceException<byte[], byte[]> problem) when (problem.Error.Code == KafkaErrorCode.Local_QueueFull)
            {
                await Task.Delay(FullQueuePause, time).ConfigureAwait(false);
            }
            catch (ProduceException<byte[], byte[]> problem)
            {
                acknowledged.TrySetResult(problem.Error);
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

        await clients.EndAsync(producer.Dispose).ConfigureAwait(false);
    }
}
