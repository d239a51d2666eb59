using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Timestone.Api;

/// <summary>
/// Makes request delegates of a route's parts: what to read, what to ask the service, how to answer. They are plain
/// delegates with one state machine a request: binding, filters and scopes cost more than a queue's work.
/// </summary>
internal sealed partial class Handlers(Gate gate, ILogger<Handlers> logger)
{
    public RequestDelegate WithBody<TRequest, TAnswer>(
        ReadBody<TRequest> read,
        Func<ITimestone, HttpContext, TRequest, Task<TAnswer>> ask,
        Func<HttpContext, TRequest, TAnswer, Task> answer
    ) =>
        async context =>
        {
            try
            {
                var timestone = gate.Service;
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
                var timestone = gate.Service;
                await answer(context, await ask(timestone, context).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (Exception problem)
            {
                await RefuseAsync(context, problem).ConfigureAwait(false);
            }
        };

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

        if (problem is BadHttpRequestException bad)
        {
            // Kestrel closes a connection whose body it does not take to its end.
            if (bad.StatusCode is StatusCodes.Status408RequestTimeout or StatusCodes.Status413PayloadTooLarge)
                context.Response.Headers.Connection = "close";
            return Problems.WriteAsync(context, bad.StatusCode, Problems.ErrorOf(bad));
        }

        var error = gate.Explain(problem, context.Request.Path);
        return problem is TimestoneException
            ? Problems.WriteAsync(context, error, gate.ActiveUrl(error))
            : Problems.WriteAsync(context, StatusCodes.Status500InternalServerError, error);
    }

    [LoggerMessage(11, LogLevel.Error, "Answering {Path} failed after the answer had begun; the connection was cut.")]
    private partial void LogCut(Exception exception, string path);
}
