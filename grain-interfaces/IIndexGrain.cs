namespace Timestone.Grains;

/// <summary>What the index knows, asked through whichever silo is nearest. Its key is 0.</summary>
[Alias("timestone.index")]
public interface IIndexGrain : IGrainWithIntegerKey
{
    /// <summary>See <see cref="ITimestone.SearchMessagesAsync"/>.</summary>
    [Alias("search"), ResponseTimeout(Patience.Wait)]
    Task<SearchPage> SearchAsync(MessageSearch search, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetHistoryAsync"/>.</summary>
    [Alias("history"), ResponseTimeout(Patience.Wait)]
    Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetSearchStatsAsync"/>.</summary>
    [Alias("stats"), ResponseTimeout(Patience.Wait)]
    Task<SearchStats> GetStatsAsync(StatsRequest request, CancellationToken cancellationToken = default);
}
