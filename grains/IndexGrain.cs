using Orleans.Concurrency;

namespace Timestone.Grains;

/// <summary>Asks the silo's service, which asks the index.</summary>
[StatelessWorker, Reentrant, GrainType("timestone.index")]
internal sealed class IndexGrain(SiloQueues silo) : Grain, IIndexGrain
{
    public Task<SearchPage> SearchAsync(MessageSearch search, CancellationToken cancellationToken) =>
        silo.Local.SearchMessagesAsync(search, cancellationToken);

    public Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest request, CancellationToken cancellationToken) =>
        silo.Local.GetHistoryAsync(queue, id, request, cancellationToken);

    public Task<SearchStats> GetStatsAsync(StatsRequest request, CancellationToken cancellationToken) =>
        silo.Local.GetSearchStatsAsync(request, cancellationToken);
}
