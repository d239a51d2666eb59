using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Queries, as far as they are used.</summary>
internal static class StandInQuery
{
    public static bool Matches(StandInIndex index, JsonObject query, JsonObject source)
    {
        var (kind, what) = query.Single();
        if (kind == "bool")
            return what!.AsObject().Single() is ("filter", JsonArray parts) ? parts.All(part => Matches(index, part!.AsObject(), source)) : throw Unknown(query);
        var (field, condition) = what!.AsObject().Single();
        if (index.TypeOf(field) is not { } type)
            throw new InvalidOperationException($"There is no field {field} in {index.Name}.");
        return kind switch
        {
            "term" when type is not "text" => index.Values(source, field).Contains(StandInIndex.Comparable(type, condition!["value"]!)),
            "match" when type is "text" && (string?)condition!["operator"] == "and" => HasWords(index, field, source, (string)condition["query"]!),
            "range" => index.Values(source, field).Any(value => condition!.AsObject().All(bound => IsWithin(value, bound.Key, StandInIndex.Comparable(type, bound.Value!)))),
            _ => throw Unknown(query),
        };
    }

    private static bool HasWords(StandInIndex index, string field, JsonObject source, string query)
    {
        var words = index.Words(field, query).ToList();
        return words.Count > 0 && words.TrueForAll((source[field] is { } text ? index.Words(field, (string)text!) : []).Contains);
    }

    private static bool IsWithin(IComparable value, string bound, IComparable limit) => (bound, value.CompareTo(limit)) switch
    {
        ("gte", >= 0) or ("lte", <= 0) or ("lt", < 0) => true,
        ("gte" or "lte" or "lt", _) => false,
        _ => throw new InvalidOperationException($"A bound that is not understood: {bound}"),
    };

    private static InvalidOperationException Unknown(JsonObject query) => new($"A query that is not understood: {query.ToJsonString()}");
}
