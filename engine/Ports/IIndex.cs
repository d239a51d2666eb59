namespace Timestone.Engine;

/// <summary>
/// What searches are answered from. Arguments were checked before by <see cref="Validation"/>. Where a read must include a write, its
/// <c>life</c> tells which of the messages that had the id the write was of; null for any of them.
/// </summary>
public interface IIndex
{
    /// <summary>Finds messages.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none;
    /// <see cref="ErrorCode.Unavailable"/>: the index cannot answer, or does not include the write in time.</exception>
    Task<SearchPage> SearchAsync(MessageSearch search, string? life = null, CancellationToken cancellationToken = default);

    /// <summary>Tells what happened to the messages of one id: nothing, where the index knows of none.</summary>
    /// <exception cref="TimestoneException">As <see cref="SearchAsync"/>.</exception>
    Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest request,
        string? life = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts.</summary>
    /// <exception cref="TimestoneException">As <see cref="SearchAsync"/>.</exception>
    Task<SearchStats> GetStatsAsync(StatsRequest request, string? life = null, CancellationToken cancellationToken = default);
}
