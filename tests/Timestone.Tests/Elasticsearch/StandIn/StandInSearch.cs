using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Answers a search over some indices: query, sort, the page behind a cursor, aggregations.</summary>
internal static class StandInSearch
{
    private sealed record Found(StandInDocument Document, List<IComparable> Sort);

    public static StandInAnswer Run(IReadOnlyList<StandInIndex> indices, JsonObject body, bool typedKeys)
    {
        var query = body["query"]?.AsObject();
        var documents = indices.SelectMany(index => StandInQuery.Find(index, query)).ToList();
        var hits = new JsonArray();
        if ((int)body["size"]! > 0)
        {
            foreach (var found in Sorted(documents, body).Take((int)body["size"]!))
            {
                hits.Add(
                    new JsonObject
                    {
                        ["_index"] = found.Document.Index.Name,
                        ["_id"] = found.Document.Id,
                        ["_score"] = null,
                        ["_source"] = found.Document.ToJson(),
                        ["sort"] = new JsonArray([
                            .. found.Sort.Select(static value => value is string text ? (JsonNode)text : (long)value),
                        ]),
                    }
                );
            }
        }

        var answer = new JsonObject
        {
            ["took"] = 1,
            ["timed_out"] = false,
            ["_shards"] = StandInAnswer.Shards(),
            ["hits"] = new JsonObject { ["max_score"] = null, ["hits"] = hits },
        };
        if (body["aggregations"] is JsonObject asked && indices.Count > 0)
            answer["aggregations"] = StandInAggregations.Run(documents, asked, typedKeys);
        return StandInAnswer.Ok(answer);
    }

    private static IEnumerable<Found> Sorted(List<StandInDocument> documents, JsonObject body)
    {
        var fields = body["sort"]!
            .AsArray()
            .Select(static each => each!.AsObject().Single())
            .Select(static each => (each.Key, Descending: (string?)each.Value!["order"] == "desc"))
            .ToList();
        var order = Comparer<List<IComparable>>.Create(
            (one, other) =>
            {
                for (var i = 0; i < fields.Count; i++)
                {
                    var sign = Compare(one[i], other[i]);
                    if (sign != 0)
                        return fields[i].Descending ? -sign : sign;
                }

                return 0;
            }
        );
        var found = documents.Select(each => new Found(each, [.. fields.Select(field => each.Value(field.Key))]));
        if (body["search_after"] is JsonArray after)
        {
            List<IComparable> last =
            [
                .. after.Select(static value => value!.GetValueKind() == JsonValueKind.String ? (IComparable)(string)value! : (long)value!),
            ];
            found = found.Where(each => order.Compare(each.Sort, last) > 0);
        }

        return found.OrderBy(static each => each.Sort, order);
    }

    // Keywords are compared by their bytes, whatever a culture thinks.
    public static int Compare(IComparable one, IComparable other) =>
        one is string text ? string.CompareOrdinal(text, (string)other) : one.CompareTo(other);
}
