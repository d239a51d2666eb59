using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Tells how far the indices have come: asked before a search, so that the search includes what is told. A transition counts
/// as included when either index has it, as messages that have been removed leave the one and old transitions the other.
/// </summary>
internal sealed class FreshnessProbe(
    ElasticsearchConnection connection,
    Func<CancellationToken, ValueTask<TimeSpan?>> lag,
    Func<bool> incomplete
)
{
    /// <param name="isLost">Whether Elasticsearch has lost of what is searched.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Freshness> AskAsync(bool isLost, CancellationToken cancellationToken)
    {
        var behind = await lag(cancellationToken).ConfigureAwait(false);
        var answer = await connection
            .Requests.SearchAsync(
                new SearchRequest($"{connection.Names.Current},{connection.Names.Historic}")
                {
                    Size = 0,
                    Aggregations = new Dictionary<string, Aggregation>
                    {
                        ["current"] = new MaxAggregation { Field = "updatedAt" },
                        ["historic"] = new MaxAggregation { Field = "at" },
                    },
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        var newest = Later(Read("current"), Read("historic"));
        return new Freshness
        {
            NewestTransition = newest is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
            Lag = behind,
            Incomplete = isLost || incomplete(),
        };

        long? Read(string name) => (long?)answer.Aggregations?.GetMax(name)?.Value;
    }

    private static long? Later(long? one, long? other) => one is null || other > one ? other : one;
}
