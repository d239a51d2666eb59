using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Bench.Grpc;

/// <summary>gRPC that answers an enqueue without doing anything.</summary>
internal sealed class BareGrpc : V1.Timestone.TimestoneBase
{
    /// <summary>Serves until it is killed: gRPC on a port, and on another the word that it is ready.</summary>
    public static int Run(int port, int grpcPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<BareGrpc>().AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, grpcPort, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapGet("/", static () => "ready");
        app.MapGrpcService<BareGrpc>();
        app.Run();
        return 0;
    }

    public override Task<V1.ResultList> Enqueue(V1.EnqueueRequest request, ServerCallContext context) =>
        Task.FromResult(
            new V1.ResultList
            {
                Results =
                {
                    new V1.MessageResult
                    {
                        Id = request.Messages[0].Id,
                        State = V1.MessageState.Pending,
                        Version = 1,
                        Duplicate = false,
                    },
                },
            }
        );
}
