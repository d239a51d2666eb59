using Timestone.Client;
using Timestone.Engine;
using Timestone.Indexing.Memory;
using Timestone.Orleans.Tests.Silos;
using Timestone.Tests.Conformance;
using Timestone.Tests.Grpc;
using Timestone.Tests.Redis;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Conformance;

/// <summary>The service of three silos, on a database of a redis-server, or of a Garnet.</summary>
/// <param name="way">How it is called.</param>
public sealed class SiloSubject(SiloWay way) : ConformanceSubject
{
    private readonly string _database = RedisServer.NewDatabaseOfAnyKind();
    private LocalTimestoneOptions _options = new();
    private TestSilos? _silos;
    private MemoryIndex? _index;
    private GrpcHost? _host;
    private TimestoneClient? _client;

    public override string? WhyNoIndex => Needs.IsGarnetMeant ? "Garnet has no streams, which an outbox is." : null;

    public override bool IsRemote => true;

    public override ITimestone Service =>
        way switch
        {
            SiloWay.Within => _silos!.Within,
            SiloWay.Client => _silos!.External,
            _ => _client!,
        };

    /// <summary>Where gRPC is served, for <see cref="SiloWay.Grpc"/>.</summary>
    public Uri GrpcAddress => _host!.Address;

    public override async Task StartAsync(QueueSettings? defaults)
    {
        _options = new LocalTimestoneOptions { AutoCreate = defaults is not null, Defaults = defaults ?? new QueueSettings() };
        _silos = await TestSilos.SharedAsync();
        // Stands for one that is not in any silo, and so outlives them.
        _index = WhyNoIndex is not null ? null : new MemoryIndex(timeProvider: Clock, lag: static () => new(TimeSpan.Zero));
        if (way == SiloWay.Grpc)
        {
            _host = await GrpcHost.StartAsync(_silos.Within);
            _client = _host.Client();
        }

        await RestartAsync();
    }

    public override Task RestartAsync() => _silos!.OpenAsync(_database, _options, Clock, _index);

    public override double StoreSeconds => 10;

    public override async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_silos?.CloseAsync() ?? Task.CompletedTask);
    }
}
