using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Shouldly;

namespace Timestone.Tests.Api;

/// <summary>What came back.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, string? ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>Expects problem details that say so.</summary>
    public JsonNode ShouldRefuse(int status, string code, string? field = null)
    {
        ((int)Status).ShouldBe(status, Text);
        ContentType.ShouldBe("application/problem+json");
        var problem = Json;
        ((int)problem["status"]!).ShouldBe(status);
        ((string?)problem["code"]).ShouldBe(code, Text);
        ((string?)problem["field"]).ShouldBe(field, Text);
        ((string?)problem["type"]).ShouldBe($"urn:timestone:error:{code}");
        ((string?)problem["title"]).ShouldNotBeNullOrEmpty();
        ((string?)problem["detail"]).ShouldNotBeNullOrEmpty();
        ((string?)problem["detail"])!.ShouldNotContain("Timestone.", customMessage: "Types are of the code, not of the wire.");
        return problem;
    }
}
