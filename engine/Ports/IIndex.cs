namespace Timestone.Engine;

/// <summary>What searches are answered from. Arguments were checked before by <see cref="Validation"/>.</summary>
public interface IIndex
{
    /// <summary>Finds messages.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none; <see cref="ErrorCode.Unavailable"/>: the index cannot answer, or does not include the write in time.</exception>
    Task<SearchPage> SearchAsync(MessageSearch search, CancellationToken cancellationToken = default);

    /// <summary>Tells what happened to the messages of one id: nothing, where the index knows of none.</summary>
    /// <exception cref="TimestoneException">As <see cref="SearchAsync"/>.</exception>
    Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest request, CancellationToken cancellationToken = default);

    /// <summary>Counts.</summary>
    /// <exception cref="TimestoneException">As <see cref="SearchAsync"/>.</exception>
    Task<SearchStats> GetStatsAsync(StatsRequest request, CancellationToken cancellationToken = default);
}
