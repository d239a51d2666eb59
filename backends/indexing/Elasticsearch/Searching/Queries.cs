using System.Globalization;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.QueryDsl;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>The queries that are used.</summary>
internal static class Queries
{
    /// <summary>All of some queries, none of which is scored.</summary>
    public static Query All(params IEnumerable<Query> queries) => new BoolQuery { Filter = [.. queries] };

    /// <summary>A field has exactly this value, or one of its values is.</summary>
    public static Query Is(string field, FieldValue value) => new TermQuery(field, value);

    /// <summary>A text has all of the words.</summary>
    public static Query HasWords(string field, string words) => new MatchQuery(field, words) { Operator = Operator.And };

    /// <summary>A number is within bounds, both included.</summary>
    public static Query Between(string field, long? least, long? most) => new UntypedRangeQuery(field) { Gte = least, Lte = most };

    /// <summary>A time is within bounds, the first included.</summary>
    public static Query Between(string field, DateTimeOffset? from, DateTimeOffset? before) =>
        new UntypedRangeQuery(field) { Gte = Time(from), Lt = Time(before) };

    /// <summary>The order of a sort.</summary>
    public static SortOptions By(string field, bool descending) =>
        new() { Field = new FieldSort(field) { Order = descending ? SortOrder.Desc : SortOrder.Asc } };

    private static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
