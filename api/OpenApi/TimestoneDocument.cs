using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>Writes the OpenAPI document from the descriptions that the routes carry.</summary>
internal sealed class TimestoneDocument(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    private const string Json = "application/json";

    public async Task TransformAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "Timestone",
            Version = "v1",
            Description = "Durable priority queues. Times are RFC 3339 in UTC, durations are seconds.",
        };
        document.Paths = [];
        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<RouteDescription>() is not { } description)
                continue;
            var path = endpoint.RoutePattern.RawText!;
            if (!document.Paths.TryGetValue(path, out var item))
                document.Paths.Add(path, item = new OpenApiPathItem());
            foreach (
                var method in endpoint
                    .Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Where(static method => method != HttpMethods.Head)
            )
                ((OpenApiPathItem)item).AddOperation(
                    HttpMethod.Parse(method),
                    await DescribeAsync(document, context, endpoint.RoutePattern, description, cancellationToken).ConfigureAwait(false)
                );
        }
    }

    private static async Task<OpenApiOperation> DescribeAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        RoutePattern pattern,
        RouteDescription description,
        CancellationToken cancellationToken
    )
    {
        var operation = new OpenApiOperation
        {
            OperationId = description.OperationId,
            Summary = description.Summary,
            Parameters =
            [
                .. pattern.Parameters.Select(static parameter => Parameters.InPath(parameter.Name)),
                .. description.Query.Select(Parameters.InQuery),
            ],
            Responses = [],
        };
        if (description.Bodies is not [])
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !description.BodyIsOptional,
                Content = await ContentAsync(Json, description.Bodies).ConfigureAwait(false),
            };
        }

        foreach (var (status, types) in description.Answers)
            operation.Responses.Add(
                Text(status),
                new OpenApiResponse
                {
                    Description = ReasonPhrases.GetReasonPhrase(status),
                    Content = types is [] ? null : await ContentAsync(Json, types).ConfigureAwait(false),
                }
            );
        foreach (var refusals in ErrorsOf(pattern, description).GroupBy(static code => code.Meaning().HttpStatus))
            await RefuseAsync(refusals.Key, refusals.Distinct()).ConfigureAwait(false);
        if (description.Bodies is not [])
            await RefuseAsync(StatusCodes.Status415UnsupportedMediaType, [ErrorCode.InvalidArgument]).ConfigureAwait(false);
        return operation;

        async Task RefuseAsync(int status, IEnumerable<ErrorCode> codes) => operation.Responses.Add(Text(status), new OpenApiResponse
        {
            Description = $"code: {string.Join(", ", codes.Select(EnumNames.Of))}",
            Content = await ContentAsync(Problems.ContentType, [typeof(Problem)]).ConfigureAwait(false),
        });

        async Task<Dictionary<string, OpenApiMediaType>> ContentAsync(string contentType, Type[] types)
        {
            var schemas = new List<IOpenApiSchema>();
            foreach (var type in types)
                schemas.Add(await ReferenceAsync(type).ConfigureAwait(false));
            return new()
            {
                [contentType] = new OpenApiMediaType { Schema = schemas is [var one] ? one : new OpenApiSchema { OneOf = schemas } },
            };
        }

        async Task<IOpenApiSchema> ReferenceAsync(Type type)
        {
            var name = SchemaNames.Of(type);
            if (document.Components?.Schemas?.ContainsKey(name) != true)
                SchemaLinks.Add(document, name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken).ConfigureAwait(false));
            return new OpenApiSchemaReference(name, document);
        }
    }

    private static IEnumerable<ErrorCode> ErrorsOf(RoutePattern pattern, RouteDescription description)
    {
        IEnumerable<ErrorCode> errors = pattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal)
            ?
            [
                ErrorCode.InvalidArgument,
                ErrorCode.HostNotAllowed,
                ErrorCode.ForbiddenOrigin,
                .. description.Errors,
                ErrorCode.Unavailable,
                ErrorCode.Standby,
            ]
            : description.Errors;
        if (description.Bodies is not [])
            errors = errors.Append(ErrorCode.PayloadTooLarge);
        // Only what creates queues, and what reads the index, does not need to find one.
        return
            pattern.Parameters.Count > 0
            && !description.Errors.Contains(ErrorCode.QueueExists)
            && !description.Errors.Contains(ErrorCode.NoIndex)
            ? errors.Append(ErrorCode.QueueNotFound)
            : errors;
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
