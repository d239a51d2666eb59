using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Events;
using Timestone.Kafka.Clients;

namespace Timestone.Kafka;

/// <summary>Puts aside what cannot be indexed: as it was read, with what was wrong in its headers.</summary>
internal sealed class DeadLetters(KafkaOptions options, KafkaClients clients, KafkaTopics topics, ILogger logger) : IAsyncDisposable
{
    private IProducer<byte[], byte[]>? _producer;

    /// <summary>Ends when all of them are kept there.</summary>
    /// <exception cref="IOException">Kafka does not take them now; all of them can be tried again.</exception>
    public async Task PutAsync(IReadOnlyList<Poison> poison, CancellationToken cancellationToken)
    {
        if (_producer is null)
        {
            _producer = clients.Producer();
            await TryAsync(topics.EnsureAsync(_producer.Handle, [options.DeadLetterTopic], cancellationToken)).ConfigureAwait(false);
        }

        var delivery = new Delivery();
        foreach (var (record, reason) in poison)
            Produce(_producer, record, reason, delivery);
        await TryAsync(EndAsync(delivery, cancellationToken)).ConfigureAwait(false);
        foreach (var (record, reason) in poison)
        {
            EventMetrics.DeadLetter(record.Topic);
            KafkaLog.DeadLetter(logger, record.Topic, record.Partition.Value, record.Offset.Value, reason);
        }
    }

    public ValueTask DisposeAsync() => _producer is { } producer ? new(clients.EndAsync(producer.Dispose)) : default;

    private void Produce(IProducer<byte[], byte[]> producer, ConsumeResult<byte[], byte[]> record, string reason, Delivery delivery)
    {
        var headers = new Headers();
        Add("reason", reason);
        Add("topic", record.Topic);
        Add("partition", record.Partition.Value.ToString(CultureInfo.InvariantCulture));
        Add("offset", record.Offset.Value.ToString(CultureInfo.InvariantCulture));
        delivery.Add();
        try
        {
            producer.Produce(
                options.DeadLetterTopic,
                new Message<byte[], byte[]>
                {
                    Key = record.Message.Key,
                    Value = record.Message.Value,
                    Headers = headers,
                },
                delivery.OnReport
            );
        }
        catch (ProduceException<byte[], byte[]> problem)
        {
            delivery.Refuse(problem.Error, record.Message.Value?.Length ?? 0);
        }

        void Add(string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));
    }

    private async Task EndAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (await delivery.SealAsync().WaitAsync(options.DeliveryTimeout, cancellationToken).ConfigureAwait(false) is { } undelivered)
            throw new IOException($"Kafka did not take a dead letter. {undelivered.Error.Reason}", new KafkaException(undelivered.Error));
    }

    // After a failure a new producer is needed.
    private async Task TryAsync(Task attempt)
    {
        try
        {
            await attempt.ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            await clients.EndAsync(_producer!.Dispose).ConfigureAwait(false);
            _producer = null;
            if (problem is TimeoutException)
                throw new IOException($"Kafka has taken no dead letter for {options.DeliveryTimeout.TotalSeconds} s.", problem);
            throw;
        }
    }
}
