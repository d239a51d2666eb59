using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Timestone.Api;

/// <summary>Serves an <see cref="ITimestone"/> over HTTP.</summary>
public static class TimestoneApi
{
    /// <summary>
    /// Bytes of a request's body at the most: a batch of <see cref="Limits.MaxBatchBytes"/> in base64, and room for what stands around it.
    /// </summary>
    public const int MaxRequestBytes = 48 * 1024 * 1024;

    /// <summary>
    /// Adds what the routes need. The <see cref="ITimestone"/> and the <see cref="IReadiness"/> are the host's to add; the first
    /// is asked for when the second first says that nothing stands in the way.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="access">Which requests come in; null for those that are addressed to a loopback name and come from no other site's
    /// page.</param>
    public static IServiceCollection AddTimestoneApi(this IServiceCollection services, AccessOptions? access = null)
    {
        services.AddAccess(access ?? new AccessOptions());
        services.AddSingleton<Gate>().AddSingleton<Waits>().AddSingleton<Handlers>();
        services.AddTimestoneOpenApi();
        services.AddSingleton<DiagnosticSource, RejectedRequests>();
        services.Configure<KestrelServerOptions>(static options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxRequestBytes;
        });
        return services;
    }

    /// <summary>
    /// Refuses what may not come in, and answers unknown paths and wrong methods with problem details. Belongs before the routes'
    /// middleware runs, so before anything that handles requests by itself.
    /// </summary>
    public static IApplicationBuilder UseTimestone(this IApplicationBuilder app) => app.UseAccess().Use(AnswerUnknown);

    /// <summary>Maps all routes, the OpenAPI document and the health routes.</summary>
    public static IEndpointRouteBuilder MapTimestone(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var services = routes.ServiceProvider;
        routes = routes.MapReads();
        var handlers = services.GetRequiredService<Handlers>();
        var waits = services.GetRequiredService<Waits>();
        QueueRoutes.Map(routes, handlers);
        new MessageRoutes(waits).Map(routes, handlers);
        LifecycleRoutes.Map(routes, handlers);
        new SearchRoutes(waits).Map(routes, handlers);
        new HealthRoutes(services.GetRequiredService<IReadiness>()).Map(routes);
        routes.MapOpenApi("/openapi/{documentName}.json");
        return routes;
    }

    private static RequestDelegate AnswerUnknown(RequestDelegate next) =>
        context =>
        {
            if (context.GetEndpoint() is null)
                return Problems.WriteAsync(
                    context,
                    StatusCodes.Status404NotFound,
                    new TimestoneError(ErrorCode.NoSuchRoute, $"There is no {context.Request.Path.Value.Cut()}.")
                );
            var handled = next(context);

            // Routing's own endpoint for a wrong method answers at once, without a body.
            return
                handled.IsCompletedSuccessfully
                && context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false }
                ? Problems.WriteAsync(
                    context,
                    StatusCodes.Status405MethodNotAllowed,
                    new TimestoneError(
                        ErrorCode.InvalidArgument,
                        $"{context.Request.Path.Value.Cut()} does not take {context.Request.Method.Cut()}."
                    )
                )
                : handled;
        };
}
