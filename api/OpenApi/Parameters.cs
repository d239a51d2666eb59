using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The parameters of all routes, described once.</summary>
internal static class Parameters
{
    public static IOpenApiParameter InPath(string name) => new OpenApiParameter
    {
        Name = name,
        In = ParameterLocation.Path,
        Required = true,
        Description = name == "queue" ? "The queue's name." : "The message's id.",
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Pattern = name == "queue" ? "^[A-Za-z0-9][A-Za-z0-9._-]*$" : "^[A-Za-z0-9._~:@+=-]+$",
            MinLength = 1,
            MaxLength = name == "queue" ? Limits.MaxQueueNameLength : Limits.MaxIdLength,
        },
    };

    /// <param name="name">The parameter's name; where several routes mean different things by it, followed by '=' and which.</param>
    public static IOpenApiParameter InQuery(string name) =>
        name switch
        {
            "queue" => Query(name, "Only of this queue.", Text()),
            "state" => Query(name, "Only messages in this state.", Words<MessageState>()),
            "state=purge" => Required(
                Query("state", "Which messages to remove; all stands for every state but running.", Words<PurgeScope>())
            ),
            "filter" => Query(
                name,
                "key:value; repeat it for more pairs. All of them must equal the message's metadata.",
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[^:]+:" },
                }
            ),
            "limit" => Query(
                name,
                "Items of the page at the most.",
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = Limits.MaxPage.ToString(CultureInfo.InvariantCulture),
                    Default = 100,
                }
            ),
            "worker" => Query(name, "Only messages that this consumer holds or held last.", Text()),
            "error" => Query(
                name,
                "Only messages whose error has all these words: runs of letters and digits, in any order and case.",
                Text()
            ),
            "minPriority" => Query(name, "Only messages of this priority or a higher number.", Integer()),
            "maxPriority" => Query(name, "Only messages of this priority or a lower number.", Integer()),
            "enqueuedFrom" => Query(name, "Only messages enqueued at this time or later.", Time()),
            "enqueuedBefore" => Query(name, "Only messages enqueued before this time.", Time()),
            "updatedFrom" => Query(name, "Only messages whose last transition was at this time or later.", Time()),
            "updatedBefore" => Query(name, "Only messages whose last transition was before this time.", Time()),
            "order" => Query(name, "What they are sorted by; equal ones by queue and id.", Words<SearchOrder>()),
            "descending" => Query(
                name,
                "Whether the order is turned round.",
                new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false }
            ),
            "cursor" => Query(name, "next of the page before; the rest of the query must be the same.", Text()),
            "after=write" => Query(
                "after",
                "queue/id/version: a write that the answer must include, by the version that its own answer gave.",
                Text("^[^/]+/[^/]+/[0-9]+$")
            ),
            "after=version" => Query(
                "after",
                "A version of the message that the answer must include.",
                new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" }
            ),
            "waitSeconds" => Query(
                name,
                "How long to wait until the index includes what after says; 503 when it does not come to.",
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Number,
                    Minimum = "0",
                    Maximum = Limits.MaxWait.TotalSeconds.ToString(CultureInfo.InvariantCulture),
                    Default = IndexedWrite.DefaultWait.TotalSeconds,
                }
            ),
            "standby" => Query(
                name,
                "ok: answer 200 on a standby, too.",
                new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["ok"] }
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "A query parameter without a description."),
        };

    private static OpenApiParameter Query(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };

    private static OpenApiParameter Required(OpenApiParameter parameter)
    {
        parameter.Required = true;
        return parameter;
    }

    private static OpenApiSchema Text(string? pattern = null) => new() { Type = JsonSchemaType.String, Pattern = pattern };

    private static OpenApiSchema Integer() => new() { Type = JsonSchemaType.Integer, Format = "int64" };

    private static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema Words<T>()
        where T : struct, Enum =>
        new() { Type = JsonSchemaType.String, Enum = [.. EnumNames.All<T>().Select(static word => (JsonNode)word)] };
}
