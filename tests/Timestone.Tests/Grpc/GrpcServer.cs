using Grpc.Core;
using Grpc.Net.Client;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>A server on free ports over a journal in memory, and the generated client of it.</summary>
public sealed class GrpcServer : IAsyncLifetime
{
    private TimestoneServer? _server;
    private GrpcChannel? _channel;

    public TimestoneServer Server => _server!;

    public GrpcChannel Channel => _channel!;

    public V1.Timestone.TimestoneClient Client { get; private set; } = null!;

    public static string NewQueue() => $"q-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        _server = await TimestoneServer.StartAsync(new TimestoneServerOptions
        {
            Urls = "http://127.0.0.1:0",
            GrpcUrls = "http://127.0.0.1:0",
            GrpcReflection = true,
            OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal(outboxLimit: 100_000)),
        });
        _channel = GrpcChannel.ForAddress(_server.GrpcAddress!, new GrpcChannelOptions { MaxSendMessageSize = null });
        Client = new V1.Timestone.TimestoneClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel!.Dispose();
        await _server!.DisposeAsync();
    }

    /// <summary>Expects a refusal.</summary>
    public static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        await Should.ThrowAsync<RpcException>(call.ResponseAsync);
}
