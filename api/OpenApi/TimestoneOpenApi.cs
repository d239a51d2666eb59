using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Timestone.Api;

/// <summary>Sets the OpenAPI document up.</summary>
internal static class TimestoneOpenApi
{
    public static IServiceCollection AddTimestoneOpenApi(this IServiceCollection services)
    {
        // The schemas are made under the framework's JSON options: they must say what the wire format does.
        services.ConfigureHttpJsonOptions(static options =>
        {
            var json = options.SerializerOptions;
            json.TypeInfoResolverChain.Insert(0, ApiJson.Requests);
            json.TypeInfoResolverChain.Insert(1, ApiJson.Wire);
            json.NumberHandling = JsonNumberHandling.Strict;
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.RespectNullableAnnotations = true;
            json.RespectRequiredConstructorParameters = true;
        });
        return services.AddOpenApi(
            "v1",
            static options =>
            {
                options.CreateSchemaReferenceId = static type =>
                    OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : SchemaNames.Of(type.Type);
                options.AddDocumentTransformer<TimestoneDocument>();
                options.AddSchemaTransformer<WireSchemas>();
            }
        );
    }
}
