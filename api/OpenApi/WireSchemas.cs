using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>Gives the types that have converters of their own the schema of what they are on the wire.</summary>
internal sealed class WireSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(TimeSpan))
            schema.Type = JsonSchemaType.Number;
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (type == typeof(Metadata))
            (schema.Type, schema.AdditionalProperties, schema.MaxProperties) = (
                JsonSchemaType.Object,
                new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Limits.MaxMetadataValueLength },
                Limits.MaxMetadataPairs
            );

        if (context.JsonPropertyInfo is { IsSetNullable: true } && type != typeof(RawJson) && schema.Type is not null)
            schema.Type |= JsonSchemaType.Null;
        else if (context.JsonPropertyInfo is { IsSetNullable: false } && schema.Enum is { } words)
            schema.Enum = [.. words.Where(static word => word is not null && word.GetValueKind() == JsonValueKind.String)];
        schema.Description = Describe(context.JsonPropertyInfo) ?? WireWords.Of(schema.Description);
        return Task.CompletedTask;
    }

    // On the wire these stand for one property of the records, which is where they are documented.
    private static string? Describe(JsonPropertyInfo? property) =>
        property?.Name switch
        {
            "payload" => "What the message carries, as any JSON value; kept as the text that it is.",
            "payloadBase64" => "What the message carries, as bytes. Not together with payload.",
            "result" when property.PropertyType == typeof(RawJson) =>
                $"What the completion brought: any JSON value of at most {Limits.MaxResultBytes} bytes.",
            "progress" when property.PropertyType == typeof(RawJson) =>
                $"What the consumer has got done: any JSON value of at most {Limits.MaxProgressBytes} bytes.",
            _ => null,
        };
}
