using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Queries, as far as they are used.</summary>
internal static class StandInQuery
{
    /// <summary>The documents that searches see of an index and that match; all without a query.</summary>
    public static IEnumerable<StandInDocument> Find(StandInIndex index, JsonObject? query)
    {
        if (query is null)
            return index.Visible.All;
        var least = Terms(index, query).Select(term => index.Visible.With(term.Field, term.Value)).MinBy(static found => found.Count);
        return (least ?? index.Visible.All).Where(Matcher(index, query));
    }

    /// <summary>What tells whether a document of an index matches.</summary>
    public static Func<StandInDocument, bool> Matcher(StandInIndex index, JsonObject query)
    {
        var (kind, what) = query.Single();
        if (kind == "bool")
        {
            var parts = Parts(query).Select(part => Matcher(index, part)).ToList();
            return document => parts.TrueForAll(matches => matches(document));
        }

        var (field, condition) = what!.AsObject().Single();
        if (index.TypeOf(field) is not { } type)
            throw new InvalidOperationException($"There is no field {field} in {index.Name}.");
        return kind switch
        {
            "term" when type is not "text" => Term(field, StandInIndex.Comparable(type, condition!["value"]!)),
            "match" when type is "text" && (string?)condition!["operator"] == "and" => Words(index, field, (string)condition["query"]!),
            "range" => Range(field, [.. condition!.AsObject().Select(bound => (bound.Key, StandInIndex.Comparable(type, bound.Value!)))]),
            _ => throw Unknown(query),
        };
    }

    private static Func<StandInDocument, bool> Term(string field, IComparable value) => document => document.Values(field).Contains(value);

    private static Func<StandInDocument, bool> Words(StandInIndex index, string field, string query)
    {
        var words = index.Words(field, query).ToList();
        return document =>
            words.Count > 0 && document.Values(field).Any(text => words.TrueForAll(index.Words(field, (string)text).Contains));
    }

    private static Func<StandInDocument, bool> Range(string field, List<(string Kind, IComparable Limit)> bounds) =>
        document => document.Values(field).Any(value => bounds.TrueForAll(bound => IsWithin(value, bound.Kind, bound.Limit)));

    private static bool IsWithin(IComparable value, string bound, IComparable limit) => (bound, value.CompareTo(limit)) switch
    {
        ("gte", >= 0) or ("lte", <= 0) or ("lt", < 0) => true,
        ("gte" or "lte" or "lt", _) => false,
        _ => throw new InvalidOperationException($"A bound that is not understood: {bound}"),
    };

    // Of what must all be so, that a field has a value.
    private static IEnumerable<(string Field, IComparable Value)> Terms(StandInIndex index, JsonObject query) =>
        query.Single() switch
        {
            ("bool", _) => Parts(query).SelectMany(part => Terms(index, part)),
            ("term", { } term) => term.AsObject()
                .Select(each => (each.Key, StandInIndex.Comparable(index.TypeOf(each.Key), each.Value!["value"]!))),
            _ => [],
        };

    private static IEnumerable<JsonObject> Parts(JsonObject query) =>
        query["bool"]!.AsObject().Single() switch
    {
        ("filter", JsonArray parts) => parts.Select(static part => part!.AsObject()),
        ("filter", JsonObject part) => [part],
        _ => throw Unknown(query),
    };

    private static InvalidOperationException Unknown(JsonObject query) => new($"A query that is not understood: {query.ToJsonString()}");
}
