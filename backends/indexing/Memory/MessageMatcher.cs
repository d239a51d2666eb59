namespace Timestone.Indexing.Memory;

/// <summary>What a search asks of a message.</summary>
internal sealed class MessageMatcher(MessageSearch search)
{
    private readonly IReadOnlyList<string> _words = search.Error is null ? [] : ErrorWords.Of(search.Error);
    private readonly long _minPriority = search.MinPriority ?? long.MinValue;
    private readonly long _maxPriority = search.MaxPriority ?? long.MaxValue;
    private readonly long _enqueuedFrom = search.EnqueuedFrom?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private readonly long _enqueuedBefore = search.EnqueuedBefore?.ToUnixTimeMilliseconds() ?? long.MaxValue;
    private readonly long _updatedFrom = search.UpdatedFrom?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private readonly long _updatedBefore = search.UpdatedBefore?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    public bool Matches(in MessageLife life) =>
        (search.State is null || life.State == search.State)
        && life.Priority >= _minPriority && life.Priority <= _maxPriority
        && life.EnqueuedAt >= _enqueuedFrom && life.EnqueuedAt < _enqueuedBefore
        && life.UpdatedAt >= _updatedFrom && life.UpdatedAt < _updatedBefore
        && (search.Worker is null || life.Worker == search.Worker)
        && (search.Filter.Count == 0 || life.Metadata!.Matches(search.Filter))
        && ErrorWords.Match(life.Error, _words);
}
