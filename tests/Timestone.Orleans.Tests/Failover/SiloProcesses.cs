using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Client;
using Timestone.Client.Orleans;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Services;

namespace Timestone.Orleans.Tests.Failover;

/// <summary>Three silos as processes of their own over a redis-server, which can be killed and started again where they were.</summary>
public sealed class SiloProcesses : IAsyncDisposable
{
    public const int Count = 3;

    private readonly RedisServer _redis = RedisServer.StartAnyKind();
    private readonly (int Http, int Silo, int Gateway)[] _ports =
    [
        .. Enumerable.Range(0, Count).Select(_ => (FreePort.With(), FreePort.With(), FreePort.With())),
    ];
    private readonly ServerProcess?[] _silos = new ServerProcess?[Count];
    private readonly TimestoneClient[] _rest;
    private IHost? _external;

    private SiloProcesses() => _rest = [.. _ports.Select(static port => new TimestoneClient(new TimestoneClientOptions
    {
        Address = new Uri($"http://127.0.0.1:{port.Http}"),
        RetryFor = TimeSpan.Zero,
    }))];

    /// <summary>The service over REST, by silo. Nothing is tried again.</summary>
    public IReadOnlyList<ITimestone> Rest => _rest;

    /// <summary>Where they listen for REST.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _ports.Select(static port => new Uri($"http://127.0.0.1:{port.Http}"))];

    /// <summary>Holds their Redis up or lets it go on: <c>STOP</c>, <c>CONT</c>.</summary>
    public void SignalRedis(string name) => _redis.Signal(name);

    /// <summary>Holds a silo up or lets it go on: <c>STOP</c>, <c>CONT</c>.</summary>
    public void Signal(int silo, string name) => _silos[silo]!.Signal(name);

    /// <summary>Whether a silo still runs, or stands still.</summary>
    public bool IsRunning(int silo) => _silos[silo]!.IsRunning;

    /// <summary>Where their Redis is.</summary>
    public string Redis => _redis.Address;

    /// <summary>The service through an Orleans client.</summary>
    public ITimestone External => _external!.Services.GetRequiredService<ITimestone>();

    public static async Task<SiloProcesses> StartAsync()
    {
        var silos = new SiloProcesses();
        await Task.WhenAll(Enumerable.Range(0, Count).Select(silos.StartAsync));
        var host = Host.CreateEmptyApplicationBuilder(null);
        host.AddTimestoneOrleansClient(options => options.Redis = silos._redis.Address);
        silos._external = host.Build();
        await silos._external.StartAsync();
        return silos;
    }

    /// <summary>Starts a silo where it was before, and waits until it listens.</summary>
    public Task StartAsync(int silo)
    {
        var (http, port, gateway) = _ports[silo];
        var process = _silos[silo] = ServerProcess.StartProgram(
            "timestone-silo",
            [],
            "--urls", $"http://127.0.0.1:{Text(http)}",
            "--redis", _redis.Address,
            "--silo-port", Text(port),
            "--gateway-port", Text(gateway));
        return process.ReadyAsync();
    }

    /// <summary>Ends a silo with SIGKILL.</summary>
    public void Kill(int silo)
    {
        _silos[silo]!.Kill();
        _silos[silo]!.Dispose();
        _silos[silo] = null;
    }

    /// <summary>Ends a silo with SIGTERM.</summary>
    public async Task<int> StopAsync(int silo)
    {
        using var process = _silos[silo]!;
        process.Terminate();
        return (await process.ExitAsync()).Code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_external is not null)
        {
            await _external.StopAsync();
            _external.Dispose();
        }

        foreach (var client in _rest)
            client.Dispose();
        foreach (var silo in _silos)
            silo?.Dispose();
        _redis.Dispose();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
