using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Timestone.Api;

/// <summary>The service behind the doors, and what a caller is told where it failed.</summary>
internal sealed partial class Gate(IReadiness readiness, IServiceProvider services, ILogger<Gate> logger)
{
    private const long CauseIntervalMs = 1000;

    private ITimestone? _service;
    private long _causeLoggedAt = -CauseIntervalMs;

    /// <summary>The service.</summary>
    /// <exception cref="TimestoneException">It cannot work now.</exception>
    public ITimestone Service =>
        readiness.Obstacle is { } obstacle
            ? throw new TimestoneException(obstacle.Error)
            : _service ??= services.GetRequiredService<ITimestone>();

    /// <summary>Where a call that a standby refused is served; null for any other error, and where that is not known.</summary>
    public string? ActiveUrl(TimestoneError error) => error.Code == ErrorCode.Standby ? readiness.Obstacle?.ActiveUrl : null;

    /// <summary>What a failed call is answered with. What the caller is not told of it is logged.</summary>
    /// <param name="problem">Why it failed.</param>
    /// <param name="call">What was called, for the log.</param>
    public TimestoneError Explain(Exception problem, string call)
    {
        if (problem is not TimestoneException refusal)
        {
            LogFailed(problem, call);
            return new(ErrorCode.Unavailable, "The service failed; what became of the request is unknown.");
        }

        if (refusal is { Code: ErrorCode.Unavailable, InnerException: { } cause })
            LogCauseRarely(cause, refusal.Message);
        return refusal.Error;
    }

    // While a journal is away, every call would log the same.
    private void LogCauseRarely(Exception cause, string refusal)
    {
        var now = Environment.TickCount64;
        var last = Volatile.Read(ref _causeLoggedAt);
        if (now - last >= CauseIntervalMs && Interlocked.CompareExchange(ref _causeLoggedAt, now, last) == last)
            LogCause(refusal, cause.Message, cause is IOException ? null : cause);
    }

    [LoggerMessage(12, LogLevel.Warning, "A call was refused: {Refusal} {Cause} Logged once a second at the most.")]
    private partial void LogCause(string refusal, string cause, Exception? unexpected);

    [LoggerMessage(10, LogLevel.Error, "Answering {Call} failed.")]
    private partial void LogFailed(Exception exception, string call);
}
