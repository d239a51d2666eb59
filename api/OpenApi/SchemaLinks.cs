using Microsoft.OpenApi;

namespace Timestone.Api;

/// <summary>Describes each type once, so that what is generated from the document has one class a type.</summary>
internal static class SchemaLinks
{
    // Where the framework leaves the name of the type that a schema was made of, and what the property says that has it.
    private const string TypeName = "x-schema-id";
    private const string PropertyDescription = "x-ref-description";

    /// <summary>Adds a schema to the document; the types within it are added beside it and referred to.</summary>
    public static void Add(OpenApiDocument document, string name, OpenApiSchema schema)
    {
        document.AddComponent(name, schema);
        foreach (var (property, within) in schema.Properties?.ToArray() ?? [])
            schema.Properties![property] = Link(document, within);
        schema.Items = schema.Items is null ? null : Link(document, schema.Items);
    }

    private static IOpenApiSchema Link(OpenApiDocument document, IOpenApiSchema within)
    {
        if (within is not OpenApiSchema schema)
            return within;
        // One that may be null here is not the same as the type's.
        if (schema.Type?.HasFlag(JsonSchemaType.Null) != true && Told(schema, TypeName) is { Length: > 0 } name)
        {
            if (document.Components?.Schemas?.ContainsKey(name) != true)
                Add(document, name, schema);
            return new OpenApiSchemaReference(name, document) { Description = Told(schema, PropertyDescription) };
        }

        schema.Items = schema.Items is null ? null : Link(document, schema.Items);
        return schema;
    }

    private static string? Told(OpenApiSchema schema, string about) =>
        schema.Metadata?.TryGetValue(about, out var value) == true ? value as string : null;
}
