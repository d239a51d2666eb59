using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;

namespace Timestone.AppHost.Tests;

/// <summary>The app host as <c>--local</c> starts it; its silos send their telemetry to this process.</summary>
public sealed class RunningAppHost : IAsyncDisposable
{
    private const string Silo = "silo";

    // The process of a resource, of which the silo is a child: a project is started by `dotnet run`.
    private const string ProcessProperty = "executable.pid";

    private readonly DistributedApplication _app;
    private readonly ServiceProvider _caller;

    private RunningAppHost(TelemetryReceiver telemetry, DistributedApplication app, ServiceProvider caller) =>
        (Telemetry, _app, _caller) = (telemetry, app, caller);

    public TelemetryReceiver Telemetry { get; }

    /// <summary>Starts it and waits until its silos are healthy.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="data">The folder of its servers' data.</param>
    /// <param name="services">The folder of a real Kafka and a real Elasticsearch; null for neither.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RunningAppHost> StartAsync(int silos, string data, string? services, CancellationToken cancellationToken)
    {
        var telemetry = await TelemetryReceiver.StartAsync();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Timestone_AppHost>(
            [
                "--local=true", "--silos", silos.ToString(CultureInfo.InvariantCulture), "--data", data,
                $"ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL={telemetry.Address}", $"{Needs.ServicesVariable}={services}",
            ],
            cancellationToken);

        // A program of a user's that refers to the silos: what Aspire would tell it is all that the tests know of where they are.
        var caller = builder.AddExecutable("caller", "true", ".").WithExplicitStart()
            .WithReference(builder.CreateResourceBuilder<ProjectResource>(Silo));
        var app = await builder.BuildAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceHealthyAsync(Silo, cancellationToken);
        var told = await ExecutionConfigurationBuilder.Create(caller.Resource).WithEnvironmentVariablesConfig()
            .BuildAsync(app.Services.GetRequiredService<DistributedApplicationExecutionContext>(), resourceLogger: null, cancellationToken);
        return new RunningAppHost(telemetry, app, Caller(told.EnvironmentVariables));
    }

    /// <summary>A client of the silos, found by service discovery, with connections of its own.</summary>
    public TimestoneClient Connect()
    {
        // The factory shares a handler for minutes, and so its connections, among those of one name.
        var handler = _caller.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(Guid.NewGuid().ToString());
        return new TimestoneClient(new TimestoneClientOptions { Address = new Uri($"http://{Silo}") }, handler);
    }

    /// <summary>Kills one silo with all that started it, and waits until Aspire has noticed.</summary>
    /// <returns>The replica that it was.</returns>
    public async Task<string> KillSiloAsync(CancellationToken cancellationToken)
    {
        string? killed = null;
        await foreach (var change in _app.ResourceNotifications.WatchAsync(cancellationToken))
        {
            if (change.Resource.Name != Silo)
                continue;
            var process = change.Snapshot.Properties.FirstOrDefault(static property => property.Name == ProcessProperty);
            if (killed is null && process?.Value is int id)
            {
                killed = change.ResourceId;
                using var started = Process.GetProcessById(id);
                started.Kill(entireProcessTree: true);
            }
            else if (change.ResourceId == killed && KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text))
            {
                return killed;
            }
        }

        throw new InvalidOperationException("The app host ended.");
    }

    /// <summary>Starts a silo that has ended again, as the dashboard's button does.</summary>
    public async Task StartSiloAsync(string replica, CancellationToken cancellationToken)
    {
        var result = await _app.ResourceCommands.ExecuteCommandAsync(replica, KnownResourceCommands.StartCommand, cancellationToken);
        result.Success.ShouldBeTrue(result.Message);
        await _app.ResourceNotifications.WaitForResourceAsync(
            Silo, change => change.ResourceId == replica && change.Snapshot.State?.Text == KnownResourceStates.Running, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Telemetry.DisposeAsync();
    }

    private static ServiceProvider Caller(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var settings = environment.Select(static variable => KeyValuePair.Create(variable.Key.Replace("__", ":"), (string?)variable.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddServiceDiscovery()
            .ConfigureHttpClientDefaults(static http => http.AddServiceDiscovery())
            .BuildServiceProvider();
    }
}
