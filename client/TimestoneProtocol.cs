namespace Timestone.Client;

/// <summary>How a client speaks with its server.</summary>
public enum TimestoneProtocol
{
    /// <summary>REST, over HTTP/1.1.</summary>
    Http = 0,

    /// <summary>gRPC, over HTTP/2.</summary>
    Grpc = 1,
}
