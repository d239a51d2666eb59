using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Timestone.Api;

/// <summary>
/// Makes request delegates of a route's parts: what to read, what to ask the service, how to answer. They are plain
/// delegates with one state machine a request: binding, filters and scopes cost more than a queue's work.
/// </summary>
internal sealed partial class Handlers(IReadiness readiness, IServiceProvider services, ILogger<Handlers> logger)
{
    private const long CauseIntervalMs = 1000;

    private ITimestone? _timestone;
    private long _causeLoggedAt = -CauseIntervalMs;

    public RequestDelegate WithBody<TRequest, TAnswer>(
        ReadBody<TRequest> read,
        Func<ITimestone, HttpContext, TRequest, Task<TAnswer>> ask,
        Func<HttpContext, TRequest, TAnswer, Task> answer
    ) =>
        async context =>
        {
            try
            {
                var timestone = Ready();
                var request = await Body.ReadAsync(context, read).ConfigureAwait(false);
                await answer(context, request, await ask(timestone, context, request).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (Exception problem)
            {
                await RefuseAsync(context, problem).ConfigureAwait(false);
            }
        };

    public RequestDelegate WithoutBody<TAnswer>(
        Func<ITimestone, HttpContext, Task<TAnswer>> ask,
        Func<HttpContext, TAnswer, Task> answer
    ) =>
        async context =>
        {
            try
            {
                var timestone = Ready();
                await answer(context, await ask(timestone, context).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (Exception problem)
            {
                await RefuseAsync(context, problem).ConfigureAwait(false);
            }
        };

    private ITimestone Ready() =>
        readiness.Obstacle is { } obstacle
            ? throw new TimestoneException(obstacle.Error)
            : _timestone ??= services.GetRequiredService<ITimestone>();

    private Task RefuseAsync(HttpContext context, Exception problem)
    {
        if (context.RequestAborted.IsCancellationRequested || problem is ConnectionAbortedException or ConnectionResetException)
            return Task.CompletedTask;
        if (context.Response.HasStarted)
        {
            LogCut(problem, context.Request.Path);
            context.Abort();
            return Task.CompletedTask;
        }

        switch (problem)
        {
            case TimestoneException { Code: ErrorCode.Standby } standby:
                return Problems.WriteAsync(context, standby.Error, activeUrl: readiness.Obstacle?.ActiveUrl);
            case TimestoneException refusal:
                if (refusal is { Code: ErrorCode.Unavailable, InnerException: { } cause })
                    LogCauseRarely(cause, refusal.Message);
                return Problems.WriteAsync(context, refusal.Error);
            case BadHttpRequestException bad:
                // Kestrel closes a connection whose body it does not take to its end.
                if (bad.StatusCode is StatusCodes.Status408RequestTimeout or StatusCodes.Status413PayloadTooLarge)
                    context.Response.Headers.Connection = "close";
                return Problems.WriteAsync(context, bad.StatusCode, Problems.ErrorOf(bad));
            default:
                LogFailed(problem, context.Request.Path);
                return Problems.WriteAsync(
                    context,
                    StatusCodes.Status500InternalServerError,
                    new TimestoneError(ErrorCode.Unavailable, "The service failed; what became of the request is unknown.")
                );
        }
    }

    // The caller is not told what is behind it; while a journal is away, every call would log the same.
    private void LogCauseRarely(Exception cause, string refusal)
    {
        var now = Environment.TickCount64;
        var last = Volatile.Read(ref _causeLoggedAt);
        if (now - last >= CauseIntervalMs && Interlocked.CompareExchange(ref _causeLoggedAt, now, last) == last)
            LogCause(refusal, cause.Message, cause is IOException ? null : cause);
    }

    [LoggerMessage(12, LogLevel.Warning, "A call was refused: {Refusal} {Cause} Logged once a second at the most.")]
    private partial void LogCause(string refusal, string cause, Exception? unexpected);

    [LoggerMessage(10, LogLevel.Error, "Answering {Path} failed.")]
    private partial void LogFailed(Exception exception, string path);

    [LoggerMessage(11, LogLevel.Error, "Answering {Path} failed after the answer had begun; the connection was cut.")]
    private partial void LogCut(Exception exception, string path);
}
