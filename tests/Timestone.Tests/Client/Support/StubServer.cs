using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Client.Support;

/// <summary>A real HTTP server that answers each request with the next reply of a script, the last one again and again.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<StubRequest> _requests = [];
    private readonly RequestDelegate[] _script;
    private readonly WebApplication _app;

    private StubServer(RequestDelegate[] script)
    {
        _script = script;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ReplyAsync);
    }

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<StubRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    public static async Task<StubServer> StartAsync(params RequestDelegate[] script)
    {
        var server = new StubServer(script);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(addresses.Addresses.Single());
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReplyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new StubRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            await reader.ReadToEndAsync()
        );
        RequestDelegate reply;
        lock (_gate)
        {
            reply = _script[Math.Min(_requests.Count, _script.Length - 1)];
            _requests.Add(request);
        }

        await reply(context);
    }
}
