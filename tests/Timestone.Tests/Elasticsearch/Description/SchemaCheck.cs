using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// Checks values against the schemas of a description, more strictly than it says: what is not described is not allowed.
/// </summary>
internal sealed class SchemaCheck(JsonNode document)
{
    // What Elasticsearch documents and the description leaves out: shards, which its serverless flavour does not have, and
    // sorting by a field, of which it has only the special ones.
    private static readonly Dictionary<string, string[]> Beyond = new()
    {
        ["#/components/schemas/indices._types.IndexSettings"] = ["number_of_shards", "number_of_replicas"],
    };

    private const string SortOptions = "#/components/schemas/_types.SortOptions";
    private const string SortOrder = "#/components/schemas/_types.ScoreSort";

    /// <summary>What is wrong with a value; empty when nothing is.</summary>
    public List<string> Check(JsonNode schema, JsonNode? value, string at)
    {
        var problems = new List<string>();
        var known = new HashSet<string>();
        Visit(schema, value, at, known, problems);
        if (value is JsonObject json && !IsAnything(schema))
            problems.AddRange(json.Select(static each => each.Key).Except(known).Select(name => $"{at}.{name} is not described"));
        return problems;
    }

    public JsonNode Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? Resolve(
                reference["#/".Length..]
                    .Split('/')
                    .Aggregate(
                        document,
                        (node, step) => node[step] ?? throw new InvalidOperationException($"{reference} is not in the description.")
                    )
            )
            : schema;

    // The description writes any value as an object without properties.
    private bool IsAnything(JsonNode schema) => Resolve(schema).AsObject() is { Count: 1 } only && (string?)only["type"] == "object";

    private void Visit(JsonNode given, JsonNode? value, string at, HashSet<string> known, List<string> problems)
    {
        var reference = (string?)given["$ref"] ?? "";
        if (
            reference == SortOptions
            && value is JsonObject { Count: 1 } sort
            && sort.First() is var (field, order)
            && !field.StartsWith('_')
        )
        {
            known.Add(field);
            problems.AddRange(Check(new JsonObject { ["$ref"] = SortOrder }, order, $"{at}.{field}"));
            return;
        }

        known.UnionWith(Beyond.GetValueOrDefault(reference, []));
        var schema = Resolve(given);
        if (value is null)
        {
            if (!IsNullable(schema))
                problems.Add($"{at} is null");
            return;
        }

        foreach (var part in schema["allOf"]?.AsArray() ?? [])
            Visit(part!, value, at, known, problems);
        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
            Choose(schema, choices, value, at, known, problems);
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            problems.Add($"{at} is {value.ToJsonString()}, which is none of {words.ToJsonString()}");
        if ((string?)schema["type"] is { } type && !(type == "object" && IsAnything(schema)) && !Is(value, type))
            problems.Add($"{at} is no {type}: {value.ToJsonString()}");
        else if (value is JsonArray items && schema["items"] is { } item)
            problems.AddRange(items.SelectMany((each, index) => Check(item, each, $"{at}[{index}]")));
        else if (value is JsonObject json)
            Members(schema, json, at, known, problems);
    }

    private bool IsNullable(JsonNode schema) =>
        (bool?)schema["nullable"] == true
        || (schema["oneOf"]?.AsArray() ?? schema["allOf"]?.AsArray() ?? []).Any(part => IsNullable(Resolve(part!)));

    private void Choose(JsonNode schema, JsonArray choices, JsonNode value, string at, HashSet<string> known, List<string> problems)
    {
        IEnumerable<JsonNode> open = choices.OfType<JsonNode>();
        if (schema["discriminator"] is { } discriminator && value is JsonObject json)
        {
            var kind = (string?)json[(string)discriminator["propertyName"]!] ?? "object";
            open = discriminator["mapping"]![kind] is { } one ? [new JsonObject { ["$ref"] = one.DeepClone() }] : [];
        }

        List<string>? least = null;
        foreach (var choice in open)
        {
            var found = Check(choice, value, at);
            if (found.Count == 0)
            {
                known.UnionWith((value as JsonObject)?.Select(static each => each.Key) ?? []);
                return;
            }

            least = least is null || found.Count < least.Count ? found : least;
        }

        problems.AddRange(least ?? [$"{at} is of a kind that is not described"]);
    }

    private void Members(JsonNode schema, JsonObject value, string at, HashSet<string> known, List<string> problems)
    {
        problems.AddRange(
            (schema["required"]?.AsArray() ?? [])
                .Select(static name => (string)name!)
                .Where(name => !value.ContainsKey(name))
                .Select(name => $"{at}.{name} is missing")
        );
        var count = 0;
        foreach (var (name, member) in value)
        {
            var described = schema["properties"]?[name] ?? schema["additionalProperties"];
            if (described is null)
                continue;
            count++;
            known.Add(name);
            if (described is JsonObject)
                problems.AddRange(Check(described, member, $"{at}.{name}"));
        }

        if (count < ((int?)schema["minProperties"] ?? 0) || count > ((int?)schema["maxProperties"] ?? int.MaxValue))
            problems.Add($"{at} has {count} of the properties of which it must have one");
    }

    private static bool Is(JsonNode value, string type) => value.GetValueKind() switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type is "number" or "integer",
        _ => type == "boolean",
    };
}
