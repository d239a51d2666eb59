using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Timestone.Api;

namespace Timestone.Tests.Api;

/// <summary>The routes in front of any service, on a free port.</summary>
public sealed class ApiHost : IAsyncDisposable, IReadiness
{
    private readonly WebApplication _app;

    private ApiHost(ITimestone timestone, Action<KestrelServerLimits>? limit)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(timestone);
        builder.Services.AddSingleton<IReadiness>(this);
        builder.Services.AddTimestoneApi();
        if (limit is not null)
            builder.Services.Configure<KestrelServerOptions>(kestrel => limit(kestrel.Limits));
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.UseTimestone();
        _app.MapTimestone();
    }

    public Obstacle? Obstacle { get; set; }

    public HttpClient Http { get; } = new();

    public IEnumerable<RouteEndpoint> Endpoints =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>();

    public static async Task<ApiHost> StartAsync(ITimestone timestone, Action<KestrelServerLimits>? limit = null)
    {
        var host = new ApiHost(timestone, limit);
        await host._app.StartAsync();
        host.Http.BaseAddress = new Uri(host._app.Urls.First());
        return host;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
