using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Timestone.Api;

/// <summary>Gives the types that have converters of their own the schema of what they are on the wire.</summary>
internal sealed class WireSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var property = context.JsonPropertyInfo;
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var nullable = property is { IsGetNullable: true } ? JsonSchemaType.Null : 0;
        if (type == typeof(TimeSpan))
            schema.Type = JsonSchemaType.Number | nullable;
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | nullable, "date-time");
        else if (type == typeof(Metadata))
            (schema.Type, schema.AdditionalProperties, schema.MaxProperties) = (JsonSchemaType.Object, new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Limits.MaxMetadataValueLength }, Limits.MaxMetadataPairs);
        return Task.CompletedTask;
    }
}
