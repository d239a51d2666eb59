using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Streams;
using Timestone.Kafka.Clients;

namespace Timestone.Streams.Kafka;

/// <summary>The parts of one provider in one process.</summary>
internal sealed class KafkaAdapterFactory : IQueueAdapterFactory, IQueueAdapterCache, IDisposable
{
    private readonly ConcurrentDictionary<QueueId, KafkaQueueCache> _caches = new();
    private readonly KafkaStreamOptions _options;
    private readonly KafkaClients _clients;
    private readonly KafkaTopic _topic;
    private readonly KafkaSender _sender;
    private readonly IKafkaDataAdapter _data;
    private readonly ILogger<KafkaReceiver> _receiverLogger;
    private readonly string _name;
    private HashRingBasedStreamQueueMapper? _mapper;

    private KafkaAdapterFactory(string name, KafkaStreamOptions options, IKafkaDataAdapter data, ILoggerFactory loggers)
    {
        var kafka = options.Check();
        (_name, _options, _data, _receiverLogger) = (name, options, data, loggers.CreateLogger<KafkaReceiver>());
        _clients = new KafkaClients(kafka, loggers.CreateLogger<KafkaClients>());
        _topic = new KafkaTopic(kafka, _clients, loggers.CreateLogger<KafkaTopic>());
        _sender = new KafkaSender(_clients, _topic, options.DeliveryTimeout, TimeProvider.System);
    }

    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static KafkaAdapterFactory Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>().Get(name);
        var data = options.DataAdapter?.Invoke(services) ?? ActivatorUtilities.CreateInstance<SerializedEvents>(services);
        return new KafkaAdapterFactory(name, options, data, services.GetRequiredService<ILoggerFactory>());
    }

    public async Task<IQueueAdapter> CreateAdapter()
    {
        await _topic.SettleAsync().ConfigureAwait(false);
        _mapper = new HashRingBasedStreamQueueMapper(new HashRingStreamQueueMapperOptions { TotalQueueCount = _topic.Partitions }, _name);
        return new KafkaAdapter(_name, _mapper, _sender, _data, CreateReceiver);
    }

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper ?? throw new InvalidOperationException("The adapter was not created.");

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    // An agent asks for its cache, then for its receiver.
    public IQueueCache CreateQueueCache(QueueId queueId) =>
        _caches[queueId] = new KafkaQueueCache(_options.CacheBytes, _options.RecordsPerDelivery, _options.AlwaysSubscribed);

    public void Dispose()
    {
        _sender.Dispose();
        _topic.Dispose();
    }

    private KafkaReceiver CreateReceiver(QueueId queueId) =>
        _caches.TryRemove(queueId, out var cache)
            ? new KafkaReceiver(
                new TopicPartition(_topic.Name, KafkaAdapter.PartitionOf(queueId)),
                _clients,
                _topic,
                _data,
                cache,
                _receiverLogger,
                TimeProvider.System
            )
            : throw new InvalidOperationException($"No cache was made for queue {queueId}.");
}
