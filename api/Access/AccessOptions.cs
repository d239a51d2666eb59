using System.Net;

namespace Timestone.Api;

/// <summary>
/// Which requests the doors let in. A page in somebody's browser can send requests to whatever that browser reaches, a server on
/// loopback included; these rules keep pages of other sites out. They are no authentication: a program can send any header.
/// </summary>
public sealed record AccessOptions
{
    /// <summary>The names of this machine that every server answers to.</summary>
    public static IReadOnlyList<string> Loopback { get; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>
    /// Host names that requests may be addressed to, without ports; <c>*.example.org</c> is every name below example.org, <c>*</c> is
    /// every name. An IPv6 address stands in brackets.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = Loopback;

    /// <summary>
    /// Whether requests may be addressed to any IP address besides. DNS rebinding needs a name, so an address is safe; which one
    /// leads here is not always known to a server that other machines reach.
    /// </summary>
    public bool AnyAddress { get; init; }

    /// <summary>
    /// Origins of pages that may use the service beside its own, as browsers write them: <c>https://queues.example.org</c>.
    /// </summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Reverse proxies whose <c>X-Forwarded-For</c>, <c>-Host</c> and <c>-Proto</c> count; nobody else's do.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}
