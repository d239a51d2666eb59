using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Timestone.Engine;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Waits until searches find a write, of one life of its id or with null of the latest that they find.</summary>
internal sealed class WriteWait(ElasticsearchConnection connection)
{
    // An index makes public what was written once a second: to ask much more often would be of no use.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until the index of current messages includes a write.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it does not in time.</exception>
    public Task ForCurrentAsync(IndexedWrite write, string? life, TimeSpan wait, CancellationToken cancellationToken) =>
        UntilAsync(stop => IsInCurrentAsync(write, life, stop), write, wait, cancellationToken);

    /// <summary>Waits until the historic index includes a write.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it does not in time.</exception>
    public Task ForHistoricAsync(IndexedWrite write, string? life, TimeSpan wait, CancellationToken cancellationToken) =>
        UntilAsync(
            async stop =>
                await NewestAsync(connection.Names.Historic, write, life, stop).ConfigureAwait(false) is { } newest
                && Version(newest) >= write.Version,
            write,
            wait,
            cancellationToken
        );

    // A message that ended can have been removed since: then its end is in the historic index, and nothing of it in the current one, be
    // that public or only written yet. One that was purged before its end has its removal there.
    private async Task<bool> IsInCurrentAsync(IndexedWrite write, string? life, CancellationToken cancellationToken)
    {
        var names = connection.Names;
        if (await NewestAsync(names.Current, write, life, cancellationToken).ConfigureAwait(false) is { } current)
            return Version(current) >= write.Version;
        if (
            await NewestAsync(names.Historic, write, life, cancellationToken).ConfigureAwait(false) is not { } last
            || Version(last) < write.Version
        )
            return false;
        var document = DocumentId.Of(write.Queue, write.Id, last.GetProperty("life").GetString()!);
        return (!last.TryGetProperty("to", out var to) || EnumNames.Find<MessageState>(to.GetString())?.IsTerminal() == true)
            && !await connection.Requests.ExistsAsync(names.Current, document, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonElement?> NewestAsync(string index, IndexedWrite write, string? life, CancellationToken cancellationToken)
    {
        List<Query> query = [Queries.Is("queue", write.Queue), Queries.Is("id", write.Id)];
        if (life is not null)
            query.Add(Queries.Is("life", life));
        var search = new SearchRequest(index)
        {
            Size = 1,
            Query = Queries.All(query),
            Sort = [Queries.By("lifeCreatedAt", true), Queries.By("lifeSequence", true), Queries.By("version", true)],
        };
        var answer = await connection.Requests.SearchAsync(search, cancellationToken).ConfigureAwait(false);
        return answer.Hits.FirstOrDefault()?.Source;
    }

    private static int Version(JsonElement source) => source.GetProperty("version").GetInt32();

    private async Task UntilAsync(
        Func<CancellationToken, Task<bool>> isIncluded,
        IndexedWrite write,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        var start = connection.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2)))
        {
            var left = wait - connection.Time.GetElapsedTime(start);
            try
            {
                if (await isIncluded(cancellationToken).ConfigureAwait(false))
                    return;
            }
            catch (ElasticsearchException problem) when (problem.IsTransient && left > TimeSpan.Zero)
            {
                // An index that was just made cannot be searched for a moment.
            }

            if (left <= TimeSpan.Zero)
                throw new TimestoneException(ErrorCode.Unavailable, $"The index does not include {write} yet.", "after");
            await Task.Delay(left < pause ? left : pause, connection.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
