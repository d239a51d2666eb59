using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Streams;
using Orleans.Streams.Core;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Streams.Kafka;

namespace Timestone.Grains;

/// <summary>
/// Writes what one partition tells into the indices, in batches. A batch that does not get there fails, and the stream brings it again, as
/// it does after the death of a silo: documents carry versions, so what comes twice changes nothing.
/// </summary>
[ImplicitStreamSubscription(TransitionStreams.Namespace), PreferLocalPlacement, GrainType("timestone.transition-index")]
internal sealed class TransitionIndexGrain(SiloIndex index, SiloQueues silo, KafkaOptions kafka, ILogger<KafkaRecordIndexer> logger)
    : Grain, ITransitionIndexGrain, IStreamSubscriptionObserver, IAsyncBatchObserver<KafkaRecord>
{
    // Less than a call may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private KafkaRecordIndexer? _indexer;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<KafkaRecord>().ResumeAsync(this);

    /// <exception cref="IOException">The index does not take them now.</exception>
    public async Task OnNextAsync(IList<SequentialItem<KafkaRecord>> items)
    {
        _indexer ??= new KafkaRecordIndexer(kafka, index.Writer ?? throw new IOException("This silo's index is not open."), logger);
        var indexer = _indexer;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(silo.Stopping);
        limit.CancelAfter(Patience);
        try
        {
            await Task.Run(() => indexer.IndexAsync(items.Select(static item => Result(item.Item)), limit.Token));
        }
        catch (OperationCanceledException)
        {
            throw new IOException(
                silo.Stopping.IsCancellationRequested
                    ? "This silo is stopping."
                    : $"The index has not taken them for {Patience.TotalSeconds} s."
            );
        }
    }

    // It goes on with what comes; what went wrong is in the log of Orleans.
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        return _indexer is { } indexer ? indexer.DisposeAsync().AsTask() : Task.CompletedTask;
    }

    private static ConsumeResult<byte[], byte[]> Result(KafkaRecord record) => new()
    {
        Topic = record.Topic,
        Partition = record.Partition,
        Offset = record.Offset,
        Message = new Message<byte[], byte[]> { Key = record.Key!, Value = record.Value! },
    };
}
