using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Timestone.Api;
using Timestone.Hosting.Tls;
using Timestone.ServiceDefaults;

namespace Timestone.Hosting;

/// <summary>A server: the service of this process on its own journal, over HTTP.</summary>
public sealed class TimestoneServer : IAsyncDisposable
{
    // Connections beyond the limit that are open at a time, to be told by their end that they are refused.
    private const int BeingRefused = 16;

    private readonly WebApplication _app;

    // Addresses for REST; those for gRPC follow.
    private readonly int _rest;

    private TimestoneServer(WebApplication app, int rest) => (_app, _rest) = (app, rest);

    /// <summary>Where it listens; the first address when there are several.</summary>
    public Uri BaseAddress => new(_app.Urls.First());

    /// <summary>Where it listens for gRPC, the first address when there are several; null where it does not.</summary>
    public Uri? GrpcAddress => (_app.Urls.ElementAtOrDefault(_rest) ?? _app.Urls.FirstOrDefault(ListenAddresses.IsTls)) is { } url
        ? new(url)
        : null;

    /// <summary>All that it listens on, for people.</summary>
    internal IEnumerable<string> Addresses => _app.Urls.Select((url, i) => i < _rest ? url : $"{url} (gRPC)");

    internal ILogger Logger => _app.Logger;

    internal IServiceProvider Services => _app.Services;

    internal IHostApplicationLifetime Lifetime => _app.Lifetime;

    /// <summary>The service itself, without HTTP between.</summary>
    public ITimestone Timestone => _app.Services.GetRequiredService<ITimestone>();

    /// <summary>Starts a server within this process; it logs nothing.</summary>
    /// <returns>The server, listening and ready. Disposing it stops it.</returns>
    /// <exception cref="BadOptionException">An option cannot be.</exception>
    /// <exception cref="IOException">The address is in use, or the journal cannot be opened: another process has it, or it is
    /// damaged.</exception>
    public static Task<TimestoneServer> StartAsync(TimestoneServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        return StartAsync(builder, options, new HostProgram { Name = "timestone-server" }, cancellationToken);
    }

    /// <summary>Ends when the server was told to stop and has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops it: takes no more work, ends waits, finishes what was begun, closes the journal.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _app.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    internal static async Task<TimestoneServer> StartAsync(
        WebApplicationBuilder builder,
        TimestoneServerOptions options,
        HostProgram program,
        CancellationToken cancellationToken
    )
    {
        var server = new TimestoneServer(Build(builder, options, program), ListenAddresses.Split(options.Urls).Length);
        try
        {
            await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
            await server._app.Services.GetRequiredService<LocalService>().Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static WebApplication Build(WebApplicationBuilder builder, TimestoneServerOptions options, HostProgram program)
    {
        var services = builder.Services;
        services.AddSingleton<LocalService>();
        services.AddSingleton<IReadiness>(static all => all.GetRequiredService<LocalService>());
        services.AddSingleton(static all => all.GetRequiredService<LocalService>().Timestone);
        services.AddHostedService(static all => all.GetRequiredService<LocalService>());
        services.AddTimestoneApi(ServerAccess.Of(options));
        if (options.ServesGrpc)
            services.AddTimestoneGrpc();
        builder.AddServiceDefaults(program.Name);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = program.ShutdownTimeout);
        services.AddSingleton(program.Configure(builder, options));

        // Neither reading a request nor writing an answer blocks.
        services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = true);
        if ((options.MaxConnections ?? DescriptorLimit.Connections()) is { } connections)
        {
            services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentConnections = connections);
            services.AddSingleton<IConnectionListenerFactory>(all => new BoundedListeners(
                ActivatorUtilities.CreateInstance<SocketTransportFactory>(all), (int)Math.Min(connections + BeingRefused, int.MaxValue)));
        }

        // All of them are endpoints, as only those have protocols. What else says where to listen must not count.
        builder
            .WebHost.UseUrls()
            .UseSetting(WebHostDefaults.HttpPortsKey, "")
            .UseSetting(WebHostDefaults.HttpsPortsKey, "")
            .PreferHostingUrls(false);
        var endpoints = ListenAddresses.Endpoints(options);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Configure(endpoints));
        if (options is { TlsCertificate: { } certificate, TlsKey: { } key })
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            services.AddSingleton(all => new ServerCertificate(
                certificate, key, TimeProvider.System, all.GetRequiredService<ILogger<ServerCertificate>>()));
            var callers = options.TlsClientCa is { } authorities ? new CallerCertificates(authorities) : null;
            services
                .AddOptions<KestrelServerOptions>()
                .Configure<ServerCertificate>((kestrel, shown) => kestrel.ConfigureHttpsDefaults(https =>
                {
                    shown.ShowBy(https);
                    callers?.AskBy(https);
                }));
        }

        var app = builder.Build();
        app.UseTimestone();
        app.MapTimestone();
        if (options.ServesGrpc)
            app.MapTimestoneGrpc(options.GrpcReflection);
        program.Use(app);
        return app;
    }
}
