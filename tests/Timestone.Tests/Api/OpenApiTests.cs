using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class OpenApiTests : IAsyncLifetime
{
    private ApiHost? _host;
    private JsonNode? _document;

    private JsonNode Document => _document!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(ScriptedTimestone.Create(static (_, _) => null));
        _document = JsonNode.Parse(await _host.Http.GetStringAsync("/openapi/v1.json"));
    }

    public async ValueTask DisposeAsync() => await _host!.DisposeAsync();

    [Fact]
    public void Every_route_is_described_and_nothing_else()
    {
        var mapped = _host!
            .Endpoints.Where(static endpoint => !endpoint.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal))
            .SelectMany(static endpoint =>
                endpoint
                    .Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Where(static method => method != "HEAD")
                    .Select(method => $"{method} {endpoint.RoutePattern.RawText}")
            );
        var described = Document["paths"]!
            .AsObject()
            .SelectMany(static path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}"));
        described.Order().ShouldBe(mapped.Order());
    }

    [Fact]
    public void HEAD_works_wherever_GET_does()
    {
        foreach (var endpoint in _host!.Endpoints)
        {
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods;
            methods.Contains("HEAD").ShouldBe(methods.Contains("GET"), endpoint.RoutePattern.RawText);
        }
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/v1/queues/unknown")]
    [InlineData("/unknown")]
    public async Task HEAD_answers_as_GET_without_the_body(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var head = await _host!.Http.SendAsync(request);
        using var get = await _host.Http.GetAsync(path);
        head.StatusCode.ShouldBe(get.StatusCode);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        (await head.Content.ReadAsStringAsync()).ShouldBe("");
    }

    [Fact]
    public void Every_operation_has_its_parameters_answers_and_refusals()
    {
        var ids = new HashSet<string>();
        foreach (var (path, methods) in Document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                ids.Add((string)operation!["operationId"]!).ShouldBeTrue();
                ((string?)operation["summary"]).ShouldNotBeNullOrEmpty();
                var parameters =
                    operation["parameters"]
                        ?.AsArray()
                        .Where(static parameter => (string)parameter!["in"]! == "path")
                        .Select(static parameter => (string)parameter!["name"]!)
                        .ToArray()
                    ?? [];
                foreach (var name in new[] { "queue", "id" })
                    parameters.Contains(name).ShouldBe(path.Contains($"{{{name}}}", StringComparison.Ordinal), $"{method} {path}");
                var responses = operation["responses"]!.AsObject();
                responses.ShouldContain(static response => response.Key.StartsWith('2'));
                if (path.StartsWith("/v1/", StringComparison.Ordinal))
                {
                    Schema(responses["400"]!["content"]!["application/problem+json"]!["schema"]!)["properties"]!["code"].ShouldNotBeNull();
                    responses["503"].ShouldNotBeNull();
                }

                if (
                    path.Contains("{queue}", StringComparison.Ordinal)
                    && method != "put"
                    && !path.EndsWith("/history", StringComparison.Ordinal)
                )
                    responses["404"].ShouldNotBeNull();
                if (operation["requestBody"] is not null)
                {
                    responses["413"].ShouldNotBeNull($"{method} {path}");
                    responses["415"].ShouldNotBeNull($"{method} {path}");
                }

                if (
                    method == "post"
                    && !path.EndsWith("/redrive", StringComparison.Ordinal)
                    && !path.EndsWith("/purge", StringComparison.Ordinal)
                )
                    operation["requestBody"].ShouldNotBeNull($"{method} {path}");
            }
        }
    }

    [Theory]
    [InlineData(
        "put",
        "/v1/queues/{queue}",
        """{"type":"exclusive","exclusivityKey":"k","leaseSeconds":1.5,"backoff":{"kind":"none","initialSeconds":1,"maxSeconds":2},"maxDepth":1}"""
    )]
    [InlineData("patch", "/v1/queues/{queue}", """{"leaseSeconds":5,"enqueueBlocked":true,"backoff":{"maxSeconds":7200}}""")]
    [InlineData(
        "post",
        "/v1/queues/{queue}/messages",
        """{"id":"a","payload":{"x":1},"metadata":{"k":"v"},"priority":1,"invisibleSeconds":0.5,"deadline":"2026-01-31T12:00:00Z"}"""
    )]
    [InlineData(
        "post",
        "/v1/queues/{queue}/messages",
        """{"messages":[{"payloadBase64":"AA==","visibleAt":"2026-01-31T12:00:00Z","leaseSeconds":3,"priorityOffsetSeconds":-9}]}"""
    )]
    [InlineData(
        "post",
        "/v1/queues/{queue}/dequeue",
        """{"max":1,"waitSeconds":1,"leaseSeconds":2,"worker":"w","requestId":"r","filter":{"k":"v"},"settle":[{"id":"a","leaseToken":"x","action":"fail","error":"e","permanent":true},{"id":"a","leaseToken":"x","action":"complete","result":[1]}]}"""
    )]
    [InlineData("post", "/v1/queues/{queue}/leases/watch", """{"leases":[{"id":"a","leaseToken":"x"}],"waitSeconds":1.5}""")]
    [InlineData("post", "/v1/queues/{queue}/messages/{id}/complete", """{"leaseToken":"x","result":{"a":1}}""")]
    [InlineData("post", "/v1/queues/{queue}/messages/{id}/extend", """{"leaseToken":"x","leaseSeconds":5,"progress":"half"}""")]
    [InlineData("post", "/v1/queues/{queue}/messages/{id}/release", """{"leaseToken":"x","invisibleSeconds":5}""")]
    [InlineData(
        "post",
        "/v1/queues/{queue}/messages/{id}/fail",
        """{"leaseToken":"x","error":"e","permanent":false,"invisibleSeconds":5}"""
    )]
    [InlineData("post", "/v1/queues/{queue}/messages/{id}/cancel", """{"reason":"r"}""")]
    [InlineData("post", "/v1/queues/{queue}/complete", """{"items":[{"id":"a","leaseToken":"x","action":"complete","result":null}]}""")]
    [InlineData("post", "/v1/queues/{queue}/extend", """{"items":[{"id":"a","leaseToken":"x","progress":1}]}""")]
    [InlineData("post", "/v1/queues/{queue}/release", """{"items":[{"id":"a","leaseToken":"x"}]}""")]
    [InlineData("post", "/v1/queues/{queue}/fail", """{"items":[{"id":"a","leaseToken":"x","error":"e"}]}""")]
    [InlineData("post", "/v1/queues/{queue}/cancel", """{"items":[{"id":"a","reason":"r"}]}""")]
    public void Bodies_that_the_routes_take_fit_their_schemas_and_others_do_not(string method, string path, string body)
    {
        var schema = Document["paths"]![path]![method]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Mismatch(JsonNode.Parse(body), schema, "$").ShouldBeNull();
        var unknown = JsonNode.Parse(body)!.AsObject();
        unknown["nonsense"] = 1;
        Mismatch(unknown, schema, "$").ShouldNotBeNull();
        var first = JsonNode.Parse(body)!.AsObject();
        first[first.First().Key] = new JsonObject { ["nonsense"] = true };
        Mismatch(first, schema, "$").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"leaseSeconds":null}""")]
    [InlineData("""{"backoff":null}""")]
    [InlineData("""{"backoff":{"kind":null}}""")]
    public void A_patch_with_null_does_not_fit_its_schema(string body)
    {
        var schema = Document["paths"]!["/v1/queues/{queue}"]!["patch"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Mismatch(JsonNode.Parse(body), schema, "$").ShouldNotBeNull();
    }

    [Fact]
    public void An_answer_has_the_fields_of_the_wire()
    {
        var message = Schema(
            Document["paths"]!["/v1/queues/{queue}/messages/{id}"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]![
                "schema"
            ]!
        );
        message["properties"]!
            .AsObject()
            .Select(static property => property.Key)
            .Order()
            .ShouldBe(
                new[]
                {
                    "queue",
                    "id",
                    "life",
                    "state",
                    "payload",
                    "payloadBase64",
                    "metadata",
                    "priority",
                    "deadline",
                    "version",
                    "attempt",
                    "attemptsLeft",
                    "enqueuedAt",
                    "updatedAt",
                    "visibleAt",
                    "leaseToken",
                    "leaseExpiresAt",
                    "worker",
                    "error",
                    "result",
                    "progress",
                }.Order()
            );
    }

    [Fact]
    public void Descriptions_speak_of_the_wire_not_of_the_code()
    {
        var text = Document.ToJsonString();
        text.ShouldNotContain("Limits.");
        text.ShouldNotContain("TimeSpan");
        text.ShouldNotContain("IReadOnlyList");
        text.ShouldContain("1 to 1000");
        text.ShouldContain("at least initialSeconds");
        text.ShouldContain("Not together with invisibleSeconds");
    }

    [Fact]
    public void A_type_is_described_once_and_referred_to_elsewhere()
    {
        var schemas = Document["components"]!["schemas"]!;
        ((string?)schemas["DequeueResult"]!["properties"]!["messages"]!["items"]!["$ref"]).ShouldBe("#/components/schemas/Message");
        ((string?)schemas["Message"]!["properties"]!["state"]!["$ref"]).ShouldBe("#/components/schemas/MessageState");
        ((string?)schemas["QueueInfo"]!["properties"]!["settings"]!["$ref"]).ShouldBe("#/components/schemas/QueueSettings");
    }

    [Fact]
    public void A_refusal_without_a_field_fits_its_schema() =>
        Mismatch(
                JsonNode.Parse("""{"type":"t","title":"t","status":409,"detail":"d","code":"illegal_transition"}"""),
                Document["paths"]!["/v1/queues/{queue}/messages/{id}/cancel"]!["post"]!["responses"]!["409"]!["content"]![
                    "application/problem+json"
                ]!["schema"]!,
                "$"
            )
            .ShouldBeNull();

    [Fact]
    public void A_server_that_is_not_ready_is_described() =>
        Document["paths"]!["/readyz"]!["get"]!["responses"]!["503"].ShouldNotBeNull();

    private JsonNode Schema(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? reference["#/".Length..].Split('/').Aggregate(Document, static (node, step) => node[step]!)
            : schema;

    /// <summary>As much of JSON Schema as the document uses; answers where a value does not fit.</summary>
    private string? Mismatch(JsonNode? value, JsonNode given, string at)
    {
        var schema = Schema(given);
        if (schema["oneOf"] is JsonArray choices)
            return choices.Count(choice => Mismatch(value, choice!, at) is null) == 1 ? null : at;
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            return at;
        var types = schema["type"] switch
        {
            JsonArray many => many.Select(static type => (string)type!).ToArray(),
            JsonValue one => [(string)one!],
            _ => [],
        };
        if (types is not [] && !types.Any(type => Is(value, type)))
            return at;
        if (value is JsonArray items && schema["items"] is { } of)
            return items
                .Select((item, index) => Mismatch(item, of, $"{at}[{index}]"))
                .FirstOrDefault(static problem => problem is not null);
        if (value is not JsonObject json || types is [])
            return null;
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!json.ContainsKey((string)required!))
                return $"{at}.{required}";
        }

        foreach (var (name, member) in json)
        {
            var property = schema["properties"]?[name] ?? (schema["additionalProperties"] is JsonObject any ? any : null);
            if (property is null || Mismatch(member, property, $"{at}.{name}") is not null)
                return $"{at}.{name}";
        }

        return null;
    }

    private static bool Is(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "integer" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number && long.TryParse(value.ToJsonString(), out _),
        "number" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
        _ => throw new InvalidOperationException($"A schema of type {type}."),
    };
}
