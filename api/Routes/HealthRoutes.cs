using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Timestone.Api;

/// <summary>The routes that an orchestrator asks.</summary>
internal sealed class HealthRoutes(IReadiness readiness)
{
    private static readonly Health Ok = new(HealthPart.Ok);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", static context => Answer.WriteAsync(context, StatusCodes.Status200OK, Ok, ApiJson.Wire.Health))
            .Describe("getHealth", "Answers while the process is alive.").Answers<Health>();
        routes.MapGet("/readyz", Ready)
            .Describe("getReadiness", "Answers 200 while the service can work, else 503 and why not, and how each part of the service is doing.").Answers<Health>().Refuses(ErrorCode.Unavailable);
    }

    private Task Ready(HttpContext context) => readiness.Obstacle is { } obstacle
        ? Problems.WriteAsync(context, new TimestoneError(ErrorCode.Unavailable, obstacle), readiness.Parts)
        : Answer.WriteAsync(context, StatusCodes.Status200OK, Health.Of(readiness.Parts), ApiJson.Wire.Health);
}
