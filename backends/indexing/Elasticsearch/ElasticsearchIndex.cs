using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Answers searches from Elasticsearch. What was written is found after the next refresh of its index, which comes each second.
/// </summary>
public sealed class ElasticsearchIndex : IIndex
{
    private static readonly (string, JsonValueKind)[] ByLife =
    [
        ("lifeCreatedAt", JsonValueKind.Number),
        ("lifeSequence", JsonValueKind.Number),
        ("version", JsonValueKind.Number),
    ];

    // How long the historic index may take to follow the one of current messages.
    private static readonly TimeSpan Following = TimeSpan.FromSeconds(10);

    private readonly ElasticsearchConnection _connection;
    private readonly FreshnessProbe _freshness;
    private readonly WriteWait _wait;

    /// <summary>Prepares an index; the connection stays the caller's.</summary>
    /// <param name="connection">Where the indices are.</param>
    /// <param name="lag">How far the indices are behind, with all of it visible to searches; answers null when that is not known, as null
    /// does.</param>
    /// <param name="incomplete">Whether transitions were lost on their way to the index.</param>
    public ElasticsearchIndex(
        ElasticsearchConnection connection,
        Func<CancellationToken, ValueTask<TimeSpan?>>? lag = null,
        Func<bool>? incomplete = null
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _freshness = new FreshnessProbe(connection, lag ?? (static _ => default), incomplete ?? (static () => false));
        _wait = new WriteWait(connection);
    }

    /// <inheritdoc/>
    public Task<SearchPage> SearchAsync(MessageSearch search, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        return AnswerAsync(
            async aliases =>
            {
                var field = search.Order switch
                {
                    SearchOrder.Updated => "updatedAt",
                    SearchOrder.Priority => "priority",
                    _ => "enqueuedAt",
                };
                var pages = new SearchPageReader(
                    _connection,
                    _connection.Names.Current,
                    search.Descending ? $"-{field}" : field,
                    [
                        (field, JsonValueKind.Number),
                        ("queue", JsonValueKind.String),
                        ("id", JsonValueKind.String),
                        ("life", JsonValueKind.String),
                    ],
                    search.Descending
                );
                if (search.After is { } write)
                    await _wait.ForCurrentAsync(write, life, search.Wait, cancellationToken).ConfigureAwait(false);
                var freshness = await _freshness.AskAsync(aliases.CurrentIncomplete, cancellationToken).ConfigureAwait(false);
                var (documents, next) = await pages
                    .ReadAsync(
                        MessageQuery.Of(search),
                        search.Cursor,
                        search.Limit,
                        DocumentJson.Default.CurrentDocument,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                return new SearchPage([.. documents.Select(static document => document.ToMessage())], next, freshness);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest request,
        string? life = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return AnswerAsync(
            async aliases =>
            {
                if (request.After is { } version)
                    await _wait
                        .ForHistoricAsync(new IndexedWrite(queue, id, version), life, request.Wait, cancellationToken)
                        .ConfigureAwait(false);
                var freshness = await _freshness.AskAsync(aliases.HistoricIncomplete, cancellationToken).ConfigureAwait(false);
                var pages = new SearchPageReader(_connection, _connection.Names.Historic, "life", ByLife, descending: false);
                var query = Queries.All(Queries.Is("queue", queue), Queries.Is("id", id));
                var (documents, next) = await pages
                    .ReadAsync(query, request.Cursor, request.Limit, DocumentJson.Default.HistoricDocument, cancellationToken)
                    .ConfigureAwait(false);
                var before = request.Cursor is null
                    ? null
                    : SearchCursor.Read(request.Cursor, "life", [.. ByLife.Select(static field => field.Item2)]);
                var incomplete =
                    freshness.Incomplete
                    || HasGap(documents, before)
                    || (next is null && await LacksEndAsync(queue, id, Last(documents, before), cancellationToken).ConfigureAwait(false));
                return new MessageHistory([.. documents.Select(static document => document.ToTransition())], next, freshness, incomplete);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SearchStats> GetStatsAsync(StatsRequest request, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AnswerAsync(
            async aliases =>
            {
                if (request.After is { } write)
                {
                    await _wait.ForCurrentAsync(write, life, request.Wait, cancellationToken).ConfigureAwait(false);
                    await _wait.ForHistoricAsync(write, life, request.Wait, cancellationToken).ConfigureAwait(false);
                }

                var isLost = aliases.CurrentIncomplete || aliases.HistoricIncomplete;
                var freshness = await _freshness.AskAsync(isLost, cancellationToken).ConfigureAwait(false);
                return new SearchStats(
                    await new StatsReader(_connection).ReadAsync(request.Queue, cancellationToken).ConfigureAwait(false),
                    freshness
                );
            },
            cancellationToken);
    }

    private static (long CreatedAt, long Sequence, long Version) Last(List<HistoricDocument> documents, List<FieldValue>? before) =>
        (documents, before) switch
        {
            ([.., var last], _) => (last.LifeCreatedAt, last.LifeSequence, last.Version),
            (_, null) => default,
            _ => ((long)before[0].Value!, (long)before[1].Value!, (long)before[2].Value!),
        };

    // Whether the message that has the id now has come to versions behind the last of its history. Both indices show what was written after
    // a refresh of their own, and may be fed by ways of their own.
    private async Task<bool> LacksEndAsync(
        string queue,
        string id,
        (long CreatedAt, long Sequence, long Version) last,
        CancellationToken cancellationToken
    )
    {
        var search = new SearchRequest(_connection.Names.Current)
        {
            Size = 1,
            Query = Queries.All(
                Queries.Is("queue", queue),
                Queries.Is("id", id),
                Queries.Between("updatedAt", null, _connection.Time.GetUtcNow() - Following)
            ),
            Sort = [Queries.By("lifeCreatedAt", true), Queries.By("lifeSequence", true)],
        };
        var hits = (await _connection.Requests.SearchAsync(search, cancellationToken).ConfigureAwait(false)).Hits;
        return hits.FirstOrDefault()?.Source.Deserialize(DocumentJson.Default.CurrentDocument) is { } message
            && last.CompareTo((message.LifeCreatedAt, message.LifeSequence, message.Version)) < 0;
    }

    // Whether a version is missing in what stands in the order of lives and versions, behind the last of the page before.
    private static bool HasGap(List<HistoricDocument> documents, List<FieldValue>? last)
    {
        var before = last is null
            ? default((long CreatedAt, long Sequence, long Version)?)
            : ((long)last[0].Value!, (long)last[1].Value!, (long)last[2].Value!);
        foreach (var document in documents)
        {
            var first = before is not { } one || (one.CreatedAt, one.Sequence) != (document.LifeCreatedAt, document.LifeSequence);
            if (document.Version != (first ? 1 : before!.Value.Version + 1))
                return true;
            before = (document.LifeCreatedAt, document.LifeSequence, document.Version);
        }

        return false;
    }

    private async Task<T> AnswerAsync<T>(Func<IndexAliases, Task<T>> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer(await _connection.ReadyAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (IndexDamagedException problem)
        {
            throw new TimestoneException(ErrorCode.Unavailable, $"The index cannot answer. {problem.Damage}", innerException: problem);
        }
        catch (ForeignIndexException problem)
        {
            throw new TimestoneException(ErrorCode.Unavailable, $"The index cannot answer. {problem.Refusal}", innerException: problem);
        }
        catch (IOException problem)
        {
            throw new TimestoneException(
                ErrorCode.Unavailable,
                "The index cannot answer now; the server's log says why.",
                innerException: problem
            );
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TimestoneException(
                ErrorCode.Unavailable,
                "The index gave an answer that cannot be read; the server's log says more.",
                innerException: problem
            );
        }
    }
}
