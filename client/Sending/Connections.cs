namespace Timestone.Client.Sending;

/// <summary>The connections of a client that is not given others.</summary>
internal static class Connections
{
    // A try that times out leaves a connection of HTTP/2 open: one that is dead must be found out before the next try ends, too.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    // A connection is given up before the server's own keep-alive ends, which would look like a failure, and is not
    // kept for ever, so that a name that has moved is looked up again. No proxy, cookie or redirect stands in between:
    // a request reaches the address that was configured or fails.
    public static SocketsHttpHandler Pooled(TimestoneClientOptions options) => new()
    {
        ConnectTimeout = options.ConnectTimeout,
        SslOptions = ConnectionTls.Of(options),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = PingAfter,
        KeepAlivePingTimeout = PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    };
}
