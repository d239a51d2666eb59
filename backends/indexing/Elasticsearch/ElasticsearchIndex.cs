using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Timestone.Engine;
using Place = (long QueueCreatedAt, long Sequence, long Version);

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
                var (messages, next) = await pages
                    .ReadAsync(MessageQuery.Of(search), search.Cursor, search.Limit, DocumentJson.Current, cancellationToken)
                    .ConfigureAwait(false);
                return new SearchPage(messages, next, freshness);
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
                var (transitions, next) = await pages
                    .ReadAsync(query, request.Cursor, request.Limit, DocumentJson.Historic, cancellationToken)
                    .ConfigureAwait(false);
                Place? before = request.Cursor is { } cursor
                    ? PlaceOf(SearchCursor.Read(cursor, "life", [.. ByLife.Select(static field => field.Item2)]))
                    : null;
                var last = transitions is [.., var latest] ? PlaceOf(latest.Life, latest.Version) : before ?? default;
                var incomplete =
                    freshness.Incomplete
                    || HasGap(transitions, before)
                    || (next is null && await LacksEndAsync(queue, id, last, cancellationToken).ConfigureAwait(false));
                return new MessageHistory(transitions, next, freshness, incomplete);
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

    private static Place PlaceOf(string life, long version)
    {
        var (createdAt, sequence) = LifeId.Parse(life);
        return (createdAt, sequence, version);
    }

    private static Place PlaceOf(List<FieldValue> sorted) => ((long)sorted[0].Value!, (long)sorted[1].Value!, (long)sorted[2].Value!);

    // Whether the message that has the id now has come to versions behind the last of its history. Both indices show what was written after
    // a refresh of their own, and may be fed by ways of their own.
    private async Task<bool> LacksEndAsync(string queue, string id, Place last, CancellationToken cancellationToken)
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
        return hits.FirstOrDefault()?.Source.Deserialize(DocumentJson.Current) is { } message
            && last.CompareTo(PlaceOf(message.Life, message.Version)) < 0;
    }

    // Whether a version is missing in what stands in the order of lives and versions, behind the last of the page before.
    private static bool HasGap(List<Transition> transitions, Place? before)
    {
        var last = before ?? default;
        foreach (var transition in transitions)
        {
            var place = PlaceOf(transition.Life, transition.Version);
            var isSameLife = (place.QueueCreatedAt, place.Sequence) == (last.QueueCreatedAt, last.Sequence);
            if (place.Version != (isSameLife ? last.Version + 1 : 1))
                return true;
            last = place;
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
