using Grpc.Net.Client;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Journals.Memory;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc.Streams;

/// <summary>A service in memory with gRPC in front of it, and the generated client.</summary>
public sealed class StreamBench : IAsyncDisposable
{
    private readonly GrpcHost _host;
    private readonly GrpcChannel _channel;

    private StreamBench(LocalTimestone service, GrpcHost host)
    {
        (Service, _host) = (service, host);
        _channel = GrpcChannel.ForAddress(host.Address);
        Calls = new V1.Timestone.TimestoneClient(_channel);
    }

    public LocalTimestone Service { get; }

    public Uri Address => _host.Address;

    public V1.Timestone.TimestoneClient Calls { get; }

    public static async Task<StreamBench> StartAsync()
    {
        var service = new LocalTimestone(new MemoryJournal());
        await service.StartAsync();
        return new StreamBench(service, await GrpcHost.StartAsync(service));
    }

    public TimestoneClient Client() => _host.Client();

    /// <summary>Enqueues messages m0, m1 and so on, in this order.</summary>
    public async Task EnqueueAsync(int count, Payload payload = default) =>
        await Service.EnqueueAsync(
            "q",
            [.. Enumerable.Range(0, count).Select(i => new NewMessage { Id = $"m{i}", Priority = i, Payload = payload })]
        );

    /// <summary>A worker's stream on queue q that takes so many messages.</summary>
    public async Task<WorkerSide> WorkAsync(int credit, TimeSpan? lease = null)
    {
        var side = new WorkerSide(Calls.Work());
        await side.SayAsync(
            new()
            {
                Start = new()
                {
                    Queue = "q",
                    Worker = "worker",
                    Lease = lease is { } length ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(length) : null,
                },
                Credit = new() { Messages = credit },
            }
        );
        return side;
    }

    /// <summary>Stops the host; what it serves comes to its end.</summary>
    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _host.DisposeAsync();
        await Service.DisposeAsync();
    }
}
