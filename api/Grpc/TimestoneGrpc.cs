using Google.Rpc;
using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Api;

/// <summary>Serves an <see cref="ITimestone"/> over gRPC, beside <see cref="TimestoneApi"/>.</summary>
public static class TimestoneGrpc
{
    // A connection whose other end is gone without a word is found out by then, and its calls end.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    // What tools are told of: the services, and the types that come in errors.
    private static readonly string[] Told =
    [
        V1.Timestone.Descriptor.FullName,
        .. HealthReflection.Descriptor.Services.Select(static service => service.FullName),
    ];

    private static readonly SymbolRegistry Symbols = SymbolRegistry.FromFiles(
        [V1.Timestone.Descriptor.File, HealthReflection.Descriptor, ErrorInfo.Descriptor.File]
    );

    /// <summary>Adds what the service needs beyond <see cref="TimestoneApi.AddTimestoneApi"/>.</summary>
    public static IServiceCollection AddTimestoneGrpc(this IServiceCollection services)
    {
        services.AddSingleton<GrpcErrors>().AddSingleton<GrpcDoor>();
        services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = TimestoneApi.MaxRequestBytes;

            // What a queue holds can be read back.
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<GrpcErrors>();
        });

        // What is compressed has no limit once it is not. An empty list would be filled at the end of configuration.
        services.PostConfigure<GrpcServiceOptions>(static grpc => grpc.CompressionProviders = []);

        // Before those that the framework would make, which do not know the details of errors.
        services.AddSingleton(static _ => new ReflectionServiceImpl(Told, Symbols));
        services.AddSingleton(static _ => new ReflectionV1ServiceImpl(Told, Symbols));
        services.AddGrpcReflection();
        services
            .AddGrpcHealthChecks(static health => health.Services.Map(V1.Timestone.Descriptor.FullName, static _ => true))
            .AddCheck<ReadinessCheck>("timestone");
        return services.Configure<KestrelServerOptions>(static kestrel =>
        {
            kestrel.Limits.Http2.KeepAlivePingDelay = PingAfter;
            kestrel.Limits.Http2.KeepAlivePingTimeout = PingTimeout;
        });
    }

    /// <summary>Maps the service, <c>grpc.health.v1</c>, and what describes them to tools if that is wanted.</summary>
    public static IEndpointRouteBuilder MapTimestoneGrpc(this IEndpointRouteBuilder routes, bool reflection)
    {
        routes.MapGrpcService<GrpcDoor>();
        routes.MapGrpcHealthChecksService();
        if (reflection)
            routes.MapGrpcReflectionService();
        return routes;
    }
}
