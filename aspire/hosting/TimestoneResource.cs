namespace Aspire.Hosting.ApplicationModel;

/// <summary>A server of Timestone, which runs as the tool <c>timestone-server</c> of this machine.</summary>
/// <param name="name">The resource's name, which is that of its connection string.</param>
/// <param name="workingDirectory">Where it runs.</param>
/// <param name="data">The folder of its data.</param>
public sealed class TimestoneResource(string name, string workingDirectory, string data)
    : ExecutableResource(name, Tool, workingDirectory), IResourceWithConnectionString
{
    internal const string Tool = "timestone-server", HttpName = "http", GrpcName = "grpc";

    /// <summary>Where it serves REST.</summary>
    public EndpointReference HttpEndpoint => new(this, HttpName);

    /// <summary>Where it serves gRPC, which the connection string names.</summary>
    public EndpointReference GrpcEndpoint => new(this, GrpcName);

    /// <summary>The address of gRPC, such as <c>grpc://localhost:7071</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => Address("grpc", GrpcEndpoint);

    /// <summary>The folder of its data, absolute.</summary>
    internal string Data { get; set; } = data;

    // For programs that do not read connection strings: NAME_HOST and so on in their environment.
    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{GrpcEndpoint.Property(EndpointProperty.Host)}")),
        new("Port", ReferenceExpression.Create($"{GrpcEndpoint.Property(EndpointProperty.Port)}")),
        new("Uri", ConnectionStringExpression),
        new("HttpUri", Address("http", HttpEndpoint)),
    ];

    private static ReferenceExpression Address(string scheme, EndpointReference endpoint) =>
        ReferenceExpression.Create($"{scheme}://{endpoint.Property(EndpointProperty.HostAndPort)}");
}
