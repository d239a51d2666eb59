namespace Timestone.Indexing.Elasticsearch;

/// <summary>Which index of current messages has which alias.</summary>
/// <param name="Current">The index that searches read; null where there is none.</param>
/// <param name="Next">The index that is to become that one; null while none is built.</param>
/// <param name="CurrentIncomplete">Whether the index that searches read replaced one that was lost.</param>
/// <param name="HistoricIncomplete">Whether a historic index replaced one that was lost.</param>
/// <param name="Services">The ids of the services that the index that searches read, or without one any other, is marked as theirs: one;
/// none where an earlier version made it.</param>
internal sealed record IndexAliases(
    string? Current,
    string? Next,
    bool CurrentIncomplete,
    bool HistoricIncomplete,
    IReadOnlyList<string> Services
)
{
    /// <summary>Whether the index is that of a service and of no other.</summary>
    public bool IsOf(string service) => Services is [var one] && one == service;
}
