using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Timestone.Aspire.Client;

/// <summary>Whether a server answers that works: a standby does not.</summary>
internal sealed class TimestoneHealthCheck(ITimestone timestone) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await timestone.ListQueuesAsync(limit: 1, cancellationToken: cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (TimestoneException problem)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, problem.Message, problem);
        }
        catch (OperationCanceledException)
        {
            // The client would go on to try.
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                string.Create(CultureInfo.InvariantCulture, $"No server answered within {context.Registration.Timeout.TotalSeconds} s.")
            );
        }
    }
}
