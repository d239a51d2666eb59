using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Timestone.AppHost;

/// <summary>Whether a server accepts connections; Kafka does as soon as it is ready.</summary>
internal sealed class ListensCheck(EndpointReference endpoint) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!endpoint.IsAllocated)
            return new HealthCheckResult(context.Registration.FailureStatus, "It has no port yet.");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (SocketException problem)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, problem.Message);
        }
    }
}
