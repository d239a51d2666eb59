using System.Runtime.CompilerServices;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;
using Elastic.Clients.Elasticsearch.QueryDsl;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Groups documents by the values of some fields, however many groups there are.</summary>
internal static class Buckets
{
    // Elasticsearch makes at most 65,536 at a time.
    private const int PerRequest = 1000;

    /// <summary>Reads the groups, a request for each thousand.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="index">The alias to read.</param>
    /// <param name="query">Which documents.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="figures">What to compute of each group besides its size; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<CompositeBucket> ReadAsync(
        ElasticsearchConnection connection,
        string index,
        Query query,
        IReadOnlyList<string> fields,
        Dictionary<string, Aggregation>? figures,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var composite = new CompositeAggregation
        {
            Size = PerRequest,
            Sources =
            [
                .. fields.Select(static field =>
                    KeyValuePair.Create(field, new CompositeAggregationSource { Terms = new CompositeTermsAggregation { Field = field } })
                ),
            ],
        };
        do
        {
            var answer = await connection
                .Requests.SearchAsync(
                    new SearchRequest(index)
                    {
                        Size = 0,
                        Query = query,
                        Aggregations = new Dictionary<string, Aggregation>
                        {
                            ["groups"] = new() { Composite = composite, Aggregations = figures },
                        },
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (answer.Aggregations?.GetComposite("groups") is not { } groups)
                yield break; // There is no historic index yet.
            foreach (var bucket in groups.Buckets)
                yield return bucket;
            composite.After = groups.AfterKey?.ToDictionary(static key => (Field)key.Key, static key => key.Value);
        }
        while (composite.After is not null);
    }
}
