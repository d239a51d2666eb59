using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

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

    public static IOpenApiParameter InQuery(string name) => name switch
    {
        "state" => Query(name, "Only messages in this state.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Enum.GetValues<MessageState>().Select(static state => (JsonNode)Arguments.NameOf(state))] }),
        "filter" => Query(name, "key:value; repeat it for more pairs. All of them must equal the message's metadata.", new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[^:]+:" } }),
        "after" => Query(name, "The cursor next of the page before.", new OpenApiSchema { Type = JsonSchemaType.String }),
        "limit" => Query(name, "Items of the page at the most.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = Limits.MaxPage.ToString(CultureInfo.InvariantCulture), Default = 100 }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "A query parameter without a description."),
    };

    private static OpenApiParameter Query(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };
}
