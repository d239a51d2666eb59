using Orleans.Concurrency;

namespace Timestone.Grains;

/// <summary>Reads the names and rows of queues from the journal, in whichever silo is asked.</summary>
[StatelessWorker, GrainType("timestone.queues")]
internal sealed class QueueDirectoryGrain(SiloQueues silo) : Grain, IQueueDirectoryGrain
{
    public Task<QueuePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken) =>
        silo.Local.ListQueuesAsync(cursor, limit, cancellationToken);
}
