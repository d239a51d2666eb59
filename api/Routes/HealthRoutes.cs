using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Timestone.Api;

/// <summary>The routes that an orchestrator asks.</summary>
internal sealed class HealthRoutes(IReadiness readiness)
{
    // A standby is as it should be: a rolling update that waited for it to become active would wait for ever.
    private const string StandbyQuery = "standby";

    private static readonly Health Ok = new(HealthPart.Ok);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/healthz", static context => Answer.WriteAsync(context, StatusCodes.Status200OK, Ok, ApiJson.Wire.Health))
            .Describe("getHealth", "Answers while the process is alive.")
            .Answers<Health>();
        routes
            .MapGet("/readyz", Ready)
            .Describe(
                "getReadiness",
                "Answers 200 while the service can work, else 503 and why not, and how each part of the service is doing."
            )
            .Takes(StandbyQuery)
            .Answers<Health>()
            .Refuses(ErrorCode.Unavailable, ErrorCode.Standby);
    }

    private Task Ready(HttpContext context) =>
        readiness.Obstacle is { } obstacle && !(obstacle.Code == ErrorCode.Standby && context.Text(StandbyQuery) == HealthPart.Ok)
            ? Problems.WriteAsync(context, obstacle.Error, obstacle.ActiveUrl, readiness.Parts)
            : Answer.WriteAsync(context, StatusCodes.Status200OK, Health.Of(readiness.Parts), ApiJson.Wire.Health);
}
