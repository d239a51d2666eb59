using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Timestone.Api;
using Timestone.Client;
using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>
/// The client, a server that listens on a port of this machine, and the service behind it on a journal in memory. The
/// service has the test's time; the network, the client's time limits and its retries have the real one.
/// </summary>
public sealed class HttpSubject : ConformanceSubject, IReadiness
{
    private readonly MemorySubject _behind = new();
    private WebApplication? _server;
    private TimestoneClient? _client;

    public override ManualTimeProvider Clock => _behind.Clock;

    public override bool IsRemote => true;

    public override ITimestone Service => _client!;

    public string? Obstacle => null;

    public override async Task StartAsync(QueueSettings? defaults)
    {
        await _behind.StartAsync(defaults);
        await ListenAsync();
    }

    public override async Task RestartAsync()
    {
        await CloseAsync();
        await _behind.RestartAsync();
        await ListenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _behind.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddTimestoneApi();
        builder.Services.AddSingleton(_behind.Service);
        builder.Services.AddSingleton<IReadiness>(this);
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.UseTimestoneProblems();
        _server.MapTimestone();
        await _server.StartAsync();
        _client = new TimestoneClient(new Uri(_server.Urls.First()));
    }

    private async Task CloseAsync()
    {
        _client?.Dispose();
        if (_server is null)
            return;
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}
