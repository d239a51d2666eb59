using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Browser;

/// <summary>
/// The site of somebody else: its page does to a server what a page can, and reports what it got. Besides, it is what DNS rebinding
/// makes of it: every path but the page's own leads to the server, as if the site's name had come to lead there.
/// </summary>
public sealed class ForeignPage : IAsyncDisposable
{
    private static readonly HttpClient Forward = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private readonly TaskCompletionSource<JsonObject> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _received = new();
    private readonly WebApplication _app;

    private ForeignPage(Uri server, string page)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/page", () => Results.Content(page, "text/html"));
        _app.MapPost("/report", async (HttpRequest request) => _report.TrySetResult((await JsonNode.ParseAsync(request.Body))!.AsObject()));
        _app.Map("/{**path}", context => RebindAsync(context, server));
    }

    /// <summary>The page's address, under a name of its own.</summary>
    public string Url => $"http://evil.example:{Port}/page";

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>Ends when the page has done all it can.</summary>
    public Task<JsonObject> Report => _report.Task;

    /// <summary>
    /// What a page of another origin sent to this site, as method and path with <c>Sec-Fetch-Site</c>: a browser lets it out.
    /// </summary>
    public IReadOnlyCollection<string> Received => _received;

    public static async Task<ForeignPage> StartAsync(Uri server, string page)
    {
        var site = new ForeignPage(server, page);
        await site._app.StartAsync();
        return site;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task RebindAsync(HttpContext context, Uri server)
    {
        var request = context.Request;
        _received.Enqueue($"{request.Method} {request.Path} {request.Headers["Sec-Fetch-Site"]}");
        using var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(server, request.Path + request.QueryString));
        if (request.ContentLength > 0)
            forwarded.Content = new StreamContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (name is not ("Connection" or "Content-Length") && !forwarded.Headers.TryAddWithoutValidation(name, value.ToString()))
                forwarded.Content?.Headers.TryAddWithoutValidation(name, value.ToString());
        }

        using var answer = await Forward.SendAsync(forwarded);
        context.Response.StatusCode = (int)answer.StatusCode;
        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
