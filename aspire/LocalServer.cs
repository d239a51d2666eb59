namespace Timestone.AppHost;

/// <summary>A server that runs as a program of this machine, on loopback and a port that Aspire gives it.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="command">The program.</param>
/// <param name="directory">Where it runs.</param>
/// <param name="endpoint">The name of the endpoint for clients.</param>
internal sealed class LocalServer(string name, string command, string directory, string endpoint)
    : ExecutableResource(name, command, directory), IResourceWithConnectionString
{
    /// <summary>Where clients reach it.</summary>
    public EndpointReference Endpoint => new(this, endpoint);

    /// <summary>A URL where it speaks HTTP, else HOST:PORT.</summary>
    public ReferenceExpression ConnectionStringExpression => Endpoint.IsHttp
        ? ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Url)}")
        : ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.HostAndPort)}");
}
