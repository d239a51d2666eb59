using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>An operation of the description, and what a request's path says of its parameters.</summary>
internal sealed record DescribedOperation(JsonNode Json, IReadOnlyDictionary<string, string> Path)
{
    public string Id => (string)Json["operationId"]!;
}
