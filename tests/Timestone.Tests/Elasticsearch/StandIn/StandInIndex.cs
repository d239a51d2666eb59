using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Timestone.Tests.Elasticsearch;

/// <summary>One index of the stand-in: what was written, what of it searches see, and what its fields are.</summary>
internal sealed class StandInIndex(string name, JsonObject settings, JsonObject mappings)
{
    private const int LongestTerm = 32_766;
    private readonly Dictionary<string, string?> _types = TypesOf(mappings).ToDictionary();
    private readonly HashSet<string> _changed = [];

    public string Name { get; } = name;

    public HashSet<string> Aliases { get; } = [];

    public Dictionary<string, StandInDocument> Written { get; } = [];

    /// <summary>What searches see.</summary>
    public StandInView Visible { get; } = new();

    public JsonObject Settings { get; } = settings;

    public void Refresh()
    {
        foreach (var id in _changed)
            Visible.Put(Written[id]);
        _changed.Clear();
    }

    /// <summary>Writes a document.</summary>
    public void Put(string id, long version, JsonObject source) =>
        Put(
            new StandInDocument(
                this,
                id,
                version,
                JsonSerializer.SerializeToUtf8Bytes(source),
                source.ToDictionary(static field => field.Key, field => Values(field.Key, field.Value))
            )
        );

    /// <summary>Remembers that a document was deleted.</summary>
    public void Remove(string id, long version) =>
        Put(new StandInDocument(this, id, version, null, new Dictionary<string, IComparable[]>()));

    public void AddFields(JsonObject more)
    {
        foreach (var (field, type) in more["properties"]!.AsObject())
        {
            if (mappings["properties"]![field] is { } known && !JsonNode.DeepEquals(known, type))
                throw new InvalidOperationException($"The field {field} of {Name} cannot change.");
            mappings["properties"]![field] = type!.DeepClone();
        }

        foreach (var (field, type) in TypesOf(more))
            _types[field] = type;
    }

    /// <summary>A field's type; null when it has no such field.</summary>
    public string? TypeOf(string field) => _types.GetValueOrDefault(field);

    /// <summary>Why a document cannot be taken; null when it can.</summary>
    public JsonObject? Problem(JsonObject source)
    {
        foreach (var (field, value) in source)
        {
            if (TypeOf(field) is not { } type)
                return StandInAnswer.Cause(
                    "strict_dynamic_mapping_exception",
                    $"mapping set to strict, dynamic introduction of [{field}] within [_doc] is not allowed"
                );
            foreach (var each in Each(value))
            {
                if (
                    type == "keyword"
                    && each?.GetValueKind() == JsonValueKind.String
                    && Encoding.UTF8.GetByteCount((string)each!) > LongestTerm
                )
                    return StandInAnswer.Cause(
                        "illegal_argument_exception",
                        $"Document contains at least one immense term in field=\"{field}\""
                    );
                if (!Is(each, type))
                    return StandInAnswer.Cause("document_parsing_exception", $"failed to parse field [{field}] of type [{type}]");
            }
        }

        return null;
    }

    public static IComparable Comparable(string? type, JsonNode value) => type switch
    {
        "date" when value.GetValueKind() == JsonValueKind.String => Time((string)value!).ToUnixTimeMilliseconds(),
        "date" or "long" or "integer" => (long)value,
        "boolean" => (bool)value,
        _ => (string)value!,
    };

    /// <summary>Takes a text apart as the field's analyzer does.</summary>
    public IEnumerable<string> Words(string field, string text)
    {
        var analysis = Settings["analysis"]!;
        var analyzer = analysis["analyzer"]![(string)mappings["properties"]![field]!["analyzer"]!]!;
        var pattern = (string)analysis["tokenizer"]![(string)analyzer["tokenizer"]!]!["pattern"]!;
        if (analyzer["filter"]!.AsArray() is not [var filter] || (string?)filter != "lowercase")
            throw new InvalidOperationException($"An analyzer that is not understood: {analyzer}");
        return Regex.Split(text, pattern).Where(static word => word.Length > 0).Select(static word => word.ToLowerInvariant());
    }

    private static IEnumerable<KeyValuePair<string, string?>> TypesOf(JsonObject mappings) =>
        mappings["properties"]!.AsObject().Select(static field => KeyValuePair.Create(field.Key, (string?)field.Value!["type"]));

    private void Put(StandInDocument document)
    {
        Written[document.Id] = document;
        _changed.Add(document.Id);
    }

    private IComparable[] Values(string field, JsonNode? value)
    {
        var type = TypeOf(field);
        return [.. Each(value).OfType<JsonNode>().Select(each => Comparable(type, each))];
    }

    private static IEnumerable<JsonNode?> Each(JsonNode? value) => value is JsonArray many ? many : new[] { value };

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static bool Is(JsonNode? value, string type) =>
        (type, value?.GetValueKind()) switch
        {
            ("keyword" or "text", JsonValueKind.String) => true,
            ("binary", JsonValueKind.String) => Convert.TryFromBase64String((string)value!, new byte[((string)value!).Length], out _),
            ("long" or "integer", JsonValueKind.Number) => long.TryParse(
                value!.ToJsonString(),
                CultureInfo.InvariantCulture,
                out var number
            ) && (type == "long" || number is >= int.MinValue and <= int.MaxValue),
            ("date", JsonValueKind.String) => DateTimeOffset.TryParse((string)value!, CultureInfo.InvariantCulture, out _),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            _ => false,
        };
}
