using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>What the stand-in answers.</summary>
internal sealed record StandInAnswer(int Status, JsonNode? Body)
{
    public static StandInAnswer Ok(JsonNode body) => new(200, body);

    public static StandInAnswer Acknowledged() => Ok(new JsonObject { ["acknowledged"] = true });

    public static StandInAnswer Error(int status, string type, string reason) =>
        new(status, new JsonObject { ["error"] = Cause(type, reason), ["status"] = status });

    public static StandInAnswer MissingIndex(string index) => Error(404, "index_not_found_exception", $"no such index [{index}]");

    public static JsonObject Cause(string type, string reason) => new() { ["type"] = type, ["reason"] = reason };

    public static JsonObject Shards() => new() { ["total"] = 1, ["successful"] = 1, ["skipped"] = 0, ["failed"] = 0 };
}
