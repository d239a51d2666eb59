using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Aggregations, as far as they are used.</summary>
internal static class StandInAggregations
{
    public static JsonObject Run(IReadOnlyList<StandInDocument> documents, JsonObject asked, bool typedKeys)
    {
        var answer = new JsonObject();
        foreach (var (name, aggregation) in asked)
        {
            var (kind, what) = aggregation!.AsObject().First(static each => each.Key != "aggregations");
            answer[typedKeys ? $"{(kind == "percentiles" ? "hdr_percentiles" : kind)}#{name}" : name] = kind switch
            {
                "max" => new JsonObject
                {
                    ["value"] = Numbers(documents, (string)what!["field"]!) is { Length: > 0 } numbers ? (double)numbers.Max() : null,
                },
                "percentiles" => new JsonObject
                {
                    ["values"] = Percentiles([.. Numbers(documents, (string)what!["field"]!).Order()], what["percents"]!.AsArray()),
                },
                "filter" => new JsonObject
                {
                    ["doc_count"] = documents
                        .GroupBy(static each => each.Index)
                        .Sum(each => each.Count(StandInQuery.Matcher(each.Key, what!.AsObject()))),
                },
                "composite" => Composite(documents, what!.AsObject(), aggregation["aggregations"]?.AsObject() ?? [], typedKeys),
                _ => throw new InvalidOperationException($"An aggregation that is not understood: {kind}"),
            };
        }

        return answer;
    }

    private static long[] Numbers(IEnumerable<StandInDocument> documents, string field) =>
        [.. documents.SelectMany(each => each.Values(field)).Select(static value => (long)value)];

    private static JsonArray Percentiles(long[] sorted, JsonArray percents) =>
        [
            .. percents.Select(percent => new JsonObject
            {
                ["key"] = (double)percent!,
                ["value"] = sorted.Length == 0 ? null : (double)sorted[(int)Math.Ceiling((double)percent! / 100 * sorted.Length) - 1],
            }),
        ];

    private static JsonObject Composite(IReadOnlyList<StandInDocument> documents, JsonObject what, JsonObject figures, bool typedKeys)
    {
        var sources = what["sources"]!
            .AsArray()
            .Select(static source => source!.AsObject().Single())
            .Select(static source => (source.Key, Field: (string)source.Value!["terms"]!["field"]!))
            .ToList();
        var after = what["after"] is JsonObject last ? Join(sources.Select(source => (string)last[source.Key]!)) : null;
        var groups = documents
            .Where(each => sources.TrueForAll(source => each.Values(source.Field).Count == 1))
            .GroupBy(each => Join(sources.Select(source => (string)each.Value(source.Field))))
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Where(group => after is null || string.CompareOrdinal(group.Key, after) > 0)
            .Take((int)what["size"]!);
        var buckets = new JsonArray();
        foreach (var group in groups)
        {
            var bucket = Run([.. group], figures, typedKeys);
            bucket["key"] = new JsonObject(
                group.Key.Split('\0').Select((value, at) => new KeyValuePair<string, JsonNode?>(sources[at].Key, value))
            );
            bucket["doc_count"] = group.Count();
            buckets.Add(bucket);
        }

        var answer = new JsonObject { ["buckets"] = buckets };
        if (buckets.Count > 0)
            answer["after_key"] = buckets[^1]!["key"]!.DeepClone();
        return answer;
    }

    private static string Join(IEnumerable<string> values) => string.Join('\0', values);
}
