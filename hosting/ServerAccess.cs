using System.Net;
using Timestone.Api;

namespace Timestone.Hosting;

/// <summary>Which requests a server lets in, by where it listens and what it was told.</summary>
internal static class ServerAccess
{
    private const string Everything = "*";
    private const string Below = "*.";

    /// <exception cref="BadOptionException">A host, an origin or a proxy cannot be.</exception>
    public static AccessOptions Of(TimestoneServerOptions options)
    {
        var isReachable = ListenAddresses.BeyondLoopback(options.AllUrls).Any();
        return new AccessOptions
        {
            Hosts =
            [
                .. AccessOptions.Loopback, .. isReachable ? [Dns.GetHostName()] : Array.Empty<string>(),
                .. ListenAddresses.Hosts(options.AllUrls).Where(static host => host is not ("*" or "+")),
                .. options.AllowedHosts.Select(Host),
            ],
            AnyAddress = isReachable,
            Origins = [.. options.AllowedOrigins.Select(Origin)],
            TrustedProxies = [.. options.TrustedProxies.Select(Proxy)],
        };
    }

    private static string Host(string text)
    {
        if (IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            return $"[{address}]";
        var name = text.StartsWith(Below, StringComparison.Ordinal) ? text[Below.Length..] : text;
        return text == Everything || Uri.CheckHostName(name) != UriHostNameType.Unknown
            ? text
            : throw new BadOptionException(
                "--allowed-hosts",
                $"'{text}' must be a host's name or address without a port, *.NAME for all names below one, or * for all."
            );
    }

    private static string Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var origin)
        && origin.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase)
            ? text
            : throw new BadOptionException(
                "--allowed-origins",
                $"'{text}' must be an origin as browsers write it: http://host:port or https://host, with no slash behind it."
            );

    private static IPNetwork Proxy(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(text, out var network)
            ? network
            : throw new BadOptionException("--trusted-proxies", $"'{text}' must be an IP address or a network such as 10.0.0.0/8.");
    }
}
