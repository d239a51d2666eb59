using System.Globalization;
using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>The part of the official description of Elasticsearch's interface that stands beside this file.</summary>
internal sealed class ApiDescription
{
    private static readonly Lazy<ApiDescription> Loaded = new(static () => new ApiDescription());

    private readonly JsonNode _document;
    private readonly SchemaCheck _schemas;

    private ApiDescription()
    {
        _document = JsonNode.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Elasticsearch", "Description", "openapi.json"))
        )!;
        Unfold(_document);
        _schemas = new SchemaCheck(_document);
    }

    public static ApiDescription Instance => Loaded.Value;

    /// <summary>The ids of all operations.</summary>
    public IEnumerable<string> Operations =>
        _document["paths"]!
            .AsObject()
            .SelectMany(static path => path.Value!.AsObject())
            .Select(static operation => (string)operation.Value!["operationId"]!);

    /// <summary>Finds the operation of a request; null when none is described.</summary>
    public DescribedOperation? Find(string method, string path)
    {
        var steps = path.Trim('/').Split('/');
        foreach (var (template, operations) in _document["paths"]!.AsObject())
        {
            var places = template.Trim('/').Split('/');
            if (places.Length != steps.Length || operations![method.ToLowerInvariant()] is not { } operation)
                continue;
            // A name that begins with an underscore is none of an index.
            if (
                places
                    .Zip(steps)
                    .All(static pair =>
                        pair.First.StartsWith('{') ? pair.Second.Length > 0 && pair.Second[0] != '_' : pair.First == pair.Second
                    )
            )
                return new DescribedOperation(
                    operation,
                    places
                        .Zip(steps)
                        .Where(static pair => pair.First.StartsWith('{'))
                        .ToDictionary(static pair => pair.First.Trim('{', '}'), static pair => Uri.UnescapeDataString(pair.Second))
                );
        }

        return null;
    }

    /// <summary>What of a request the description does not allow.</summary>
    public IEnumerable<string> Check(
        DescribedOperation operation,
        IReadOnlyDictionary<string, string> query,
        string? contentType,
        byte[] body
    )
    {
        var parameters = (operation.Json["parameters"]?.AsArray() ?? []).Select(parameter => _schemas.Resolve(parameter!)).ToList();
        foreach (var (name, value) in query)
        {
            // One of the options that all operations have, described elsewhere.
            if (name == "filter_path")
                continue;
            var parameter = parameters.Find(each => (string?)each["in"] == "query" && (string?)each["name"] == name);
            if (parameter is null)
                yield return $"the parameter {name} is not described";
            else if (Readings(value).All(reading => _schemas.Check(parameter["schema"]!, reading, name).Count > 0))
                yield return $"the parameter {name} cannot be '{value}'";
        }

        foreach (var (name, value) in operation.Path)
        {
            var parameter = parameters.Find(each => (string?)each["in"] == "path" && (string?)each["name"] == name);
            if (parameter is null || _schemas.Check(parameter["schema"]!, value, name).Count > 0)
                yield return $"the path's {name} cannot be '{value}'";
        }

        if (operation.Json["requestBody"] is not { } described)
        {
            if (body.Length > 0)
                yield return "no body is described";
            yield break;
        }

        var request = _schemas.Resolve(described);
        if (body.Length == 0)
        {
            if ((bool?)request["required"] == true)
                yield return "the body is missing";
            yield break;
        }

        var schema = request["content"]!["application/json"]!["schema"]!;
        var isBulk = (string?)_schemas.Resolve(schema)["type"] == "array";
        if (MediaType(contentType) != (isBulk ? "application/x-ndjson" : "application/json"))
            yield return $"the body's type is {contentType}";
        foreach (var problem in isBulk ? CheckLines(schema, body) : _schemas.Check(schema, JsonNode.Parse(body), "$"))
            yield return problem;
    }

    /// <summary>A media type without what says for which version of the interface it is meant.</summary>
    public static string? MediaType(string? type) =>
        type?.Replace("vnd.elasticsearch+", "", StringComparison.Ordinal).Replace(";compatible-with=9", "", StringComparison.Ordinal);

    /// <summary>What of an answer is not as described.</summary>
    public List<string> CheckAnswer(DescribedOperation operation, JsonNode? answer) =>
        operation.Json["responses"]!["200"] is { } described
        && _schemas.Resolve(described)["content"]?["application/json"]?["schema"] is { } schema
            ? _schemas.Check(schema, answer, "$").FindAll(static problem => !problem.Contains("aggregations", StringComparison.Ordinal))
            : [];

    // Nodes are made of their text when they are first looked at, which requests must not do at the same time.
    private static void Unfold(JsonNode? node)
    {
        foreach (
            var part in node switch
            {
                JsonObject members => members.Select(static member => member.Value),
                JsonArray items => items,
                _ => [],
            }
        )
            Unfold(part);
    }

    // Of the lines, those of actions are one of the described ones, and those of documents any object.
    private IEnumerable<string> CheckLines(JsonNode schema, byte[] body)
    {
        if (body[^1] != '\n')
            yield return "the last line does not end";
        var action = _schemas.Resolve(schema)["items"]!["oneOf"]![0]!;
        var isDocument = false;
        foreach (var line in BulkLines.Of(body))
        {
            var json = JsonNode.Parse(line.Span);
            foreach (var problem in isDocument ? json is JsonObject ? [] : ["a document is no object"] : _schemas.Check(action, json, "$"))
                yield return problem;
            isDocument = !isDocument && json is JsonObject named && !named.ContainsKey("delete");
        }

        if (isDocument)
            yield return "the last document is missing";
    }

    private static IEnumerable<JsonNode> Readings(string value)
    {
        yield return JsonValue.Create(value);
        if (bool.TryParse(value, out var truth))
            yield return JsonValue.Create(truth);
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            yield return JsonValue.Create(number);
    }
}
