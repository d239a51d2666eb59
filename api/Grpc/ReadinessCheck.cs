using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Timestone.Api;

/// <summary>Tells <c>grpc.health.v1</c> what <c>/readyz</c> tells.</summary>
internal sealed class ReadinessCheck(IReadiness readiness) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(readiness.Obstacle is { } obstacle ? HealthCheckResult.Unhealthy(obstacle.Detail) : HealthCheckResult.Healthy());
}
