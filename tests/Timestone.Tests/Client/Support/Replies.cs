using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Timestone.Tests.Client.Support;

/// <summary>What a server can say, and how it can fail to.</summary>
internal static class Replies
{
    public static RequestDelegate Json(string body, int status = 200) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    };

    public static RequestDelegate Problem(int status, string code, string? field = null) =>
        Json(
            $$"""{"type":"about:blank","status":{{status}},"code":"{{code}}","detail":"about {{code}}"{{(field is null ? "" : $",\"field\":\"{field}\"")}}}""",
            status
        );

    public static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public static RequestDelegate Unavailable(int retryAfterSeconds) => context =>
    {
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Problem(503, "unavailable")(context);
    };

    public static RequestDelegate ResetBeforeTheAnswer { get; } = context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    public static RequestDelegate CloseBeforeTheAnswer { get; } = context =>
    {
        context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Send);
        context.Abort();
        return Task.CompletedTask;
    };

    public static RequestDelegate ResetWithinTheAnswer { get; } = async context =>
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{\"count\":");
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>Replies once it is released.</summary>
    public static RequestDelegate Held(TaskCompletionSource asked, Task release, RequestDelegate reply) => async context =>
    {
        asked.TrySetResult();
        await release;
        await reply(context);
    };

    /// <summary>Keeps the caller waiting until it goes away.</summary>
    public static RequestDelegate Never(TaskCompletionSource asked) => async context =>
    {
        var gone = new TaskCompletionSource();
        using var registration = context.RequestAborted.Register(gone.SetResult);
        asked.TrySetResult();
        await gone.Task;
    };
}
