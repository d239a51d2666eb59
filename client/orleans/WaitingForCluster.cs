using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Timestone.Client.Orleans;

/// <summary>Goes on connecting to a cluster until that succeeds, and says what it waits for.</summary>
/// <param name="cluster">The cluster's name.</param>
/// <param name="redis">Its Redis; null where silos are found in another way.</param>
/// <param name="logger">Where that is said.</param>
internal sealed partial class WaitingForCluster(string cluster, ConfigurationOptions? redis, ILogger<WaitingForCluster> logger)
    : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A client that starts beside its silos waits for a moment, which is not worth a word.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Reminder = TimeSpan.FromMinutes(1);

    private readonly long _began = Stopwatch.GetTimestamp();
    private long _told;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(_began) > Patience && (_told == 0 || Stopwatch.GetElapsedTime(_told) > Reminder))
        {
            _told = Stopwatch.GetTimestamp();
            LogWaiting(cluster, Problem(exception));
        }

        await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Without what else there is in the configuration: it may be a password.
    private string Place => redis is null ? "" : $" at {string.Join(", ", redis.EndPoints.Select(Text))}";

    private static string? Text(EndPoint endpoint) => endpoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : endpoint.ToString();

    private string Problem(Exception problem)
    {
        for (var at = problem; at is not null; at = at.InnerException)
        {
            if (at is RedisException or RedisTimeoutException)
                return $"Redis{Place} does not answer";
            if (at is SiloUnavailableException)
                return $"there is no silo of that name in the cluster's table{(redis is null ? "" : $" in Redis{Place}")}";
        }

        return problem.GetBaseException().Message.ReplaceLineEndings(" ");
    }

    [LoggerMessage(1, LogLevel.Warning, "Waiting for the cluster '{Cluster}': {Problem}.")]
    private partial void LogWaiting(string cluster, string problem);
}
