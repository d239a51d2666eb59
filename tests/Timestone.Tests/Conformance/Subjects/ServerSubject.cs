using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>
/// The client, and a server that listens on a port of this machine, with its journal in memory. The service has the test's
/// time; the network, the client's time limits and its retries have the real one.
/// </summary>
/// <param name="protocol">How the client speaks with it.</param>
public sealed class ServerSubject(TimestoneProtocol protocol) : ConformanceSubject
{
    private readonly MemoryJournal _journal = new(outboxLimit: 1_000_000);
    private TimestoneServerOptions _options = new();
    private TimestoneServer? _server;
    private TimestoneClient? _client;

    public override bool IsRemote => true;

    public override ITimestone Service => _client!;

    public override async Task StartAsync(QueueSettings? defaults)
    {
        _options = new TimestoneServerOptions
        {
            Urls = "http://127.0.0.1:0",
            GrpcUrls = protocol == TimestoneProtocol.Grpc ? "http://127.0.0.1:0" : "off",
            AutoCreate = defaults is not null,
            Defaults = defaults ?? new QueueSettings(),
            TimeProvider = Clock,
            OpenJournal = _ => Task.FromResult<IJournal>(_journal),
        };
        await ListenAsync();
    }

    public override async Task RestartAsync()
    {
        await DisposeAsync();
        await ListenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        _server = await TimestoneServer.StartAsync(_options);
        var address = protocol == TimestoneProtocol.Grpc ? _server.GrpcAddress! : _server.BaseAddress;
        _client = new TimestoneClient(new TimestoneClientOptions { Address = address, Protocol = protocol });
    }
}
