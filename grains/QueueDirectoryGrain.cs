using Orleans.Concurrency;

namespace Timestone.Grains;

/// <summary>Reads the names and rows of queues from the journal, in whichever silo is asked.</summary>
[StatelessWorker, GrainType("timestone.queues")]
internal sealed class QueueDirectoryGrain(SiloQueues silo) : Grain, IQueueDirectoryGrain
{
    public Task<QueuePage> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        silo.Local.ListQueuesAsync(after, limit, cancellationToken);
}
