using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using System.Net;
using Timestone.Api;
using Timestone.Client;

namespace Timestone.Tests.Grpc;

/// <summary>gRPC in front of any service, on a free port.</summary>
public sealed class GrpcHost : IAsyncDisposable, IReadiness
{
    private readonly WebApplication _app;

    private GrpcHost(ITimestone timestone, int port, TimeSpan? shutdown)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(timestone);
        builder.Services.AddSingleton<IReadiness>(this);
        builder.Services.AddTimestoneApi().AddTimestoneGrpc();
        if (shutdown is { } limit)
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = limit);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.UseTimestone();
        _app.MapTimestone();
        _app.MapTimestoneGrpc(reflection: false);
    }

    public Obstacle? Obstacle { get; set; }

    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts one.</summary>
    /// <param name="timestone">The service.</param>
    /// <param name="port">Where it listens; 0 for a free port.</param>
    /// <param name="shutdown">How long calls may hold up its stop; null for the framework's default.</param>
    public static async Task<GrpcHost> StartAsync(ITimestone timestone, int port = 0, TimeSpan? shutdown = null)
    {
        var host = new GrpcHost(timestone, port, shutdown);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>A client that tries everything once.</summary>
    public TimestoneClient Client() =>
        new(
            new TimestoneClientOptions
            {
                Address = Address,
                Protocol = TimestoneProtocol.Grpc,
                RetryFor = TimeSpan.Zero,
            }
        );

    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
