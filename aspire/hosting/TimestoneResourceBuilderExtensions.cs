using Aspire.Hosting.ApplicationModel;
using Timestone.Aspire.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds a server of Timestone to an app host.</summary>
public static class TimestoneResourceBuilderExtensions
{
    // What containers call the machine that the server runs on.
    private const string HostsOfContainers = "aspire.dev.internal,host.docker.internal,host.containers.internal";

    /// <summary>
    /// Adds a server, the tool <c>timestone-server</c> on the PATH. Programs with a reference to it get the address of gRPC as their
    /// connection string, and can wait until the server is ready. Its telemetry goes to the dashboard, which has commands that block and
    /// unblock a queue. What it holds stays in the folder <c>data/NAME</c> beside the app host.
    /// </summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name, which is that of its connection string.</param>
    /// <param name="port">Where REST is reached; null for a free port.</param>
    /// <param name="grpcPort">Where gRPC is reached; null for a free port.</param>
    public static IResourceBuilder<TimestoneResource> AddTimestone(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        int? port = null,
        int? grpcPort = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var resource = new TimestoneResource(name, builder.AppHostDirectory, Path.Combine(builder.AppHostDirectory, "data", name));
        return builder.AddResource(resource)
            .WithHttpEndpoint(port, name: TimestoneResource.HttpName)
            .WithHttpEndpoint(grpcPort, name: TimestoneResource.GrpcName)
            .WithEndpoint(TimestoneResource.GrpcName, static endpoint => endpoint.Transport = "http2")
            .WithArgs(context =>
            {
                context.Args.Add("--urls");
                context.Args.Add(Listening(resource.HttpEndpoint));
                context.Args.Add("--grpc-urls");
                context.Args.Add(Listening(resource.GrpcEndpoint));
                context.Args.Add("--data");
                context.Args.Add(resource.Data);
            })
            .WithHttpHealthCheck("/readyz", endpointName: TimestoneResource.HttpName)
            .WithEnvironment("Timestone__AllowedHosts", HostsOfContainers)
            .WithOtlpExporter()
            .ExcludeFromManifest()
            .WithQueueCommands();
    }

    /// <summary>Has the server keep its data elsewhere.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="folder">The folder, from that of the app host on; it is made where it is absent.</param>
    public static IResourceBuilder<TimestoneResource> WithDataFolder(this IResourceBuilder<TimestoneResource> builder, string folder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        builder.Resource.Data = Path.GetFullPath(folder, builder.ApplicationBuilder.AppHostDirectory);
        return builder;
    }

    private static ReferenceExpression Listening(EndpointReference endpoint) =>
        ReferenceExpression.Create($"http://127.0.0.1:{endpoint.Property(EndpointProperty.TargetPort)}");
}
