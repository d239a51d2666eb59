using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Timestone.Hosting;

/// <summary>Which addresses a server may listen on.</summary>
internal static class ListenAddresses
{
    public static string[] Split(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="BadOptionException">One is malformed, or could be reached from elsewhere without that being asked for.</exception>
    public static void Check(string option, string urls, bool insecure)
    {
        var addresses = Split(urls);
        if (addresses is [])
            throw new BadOptionException(option, "an address is needed.");
        foreach (var text in addresses)
        {
            var address = Parse(text, option);
            if (!insecure && !IsLoopback(address))
                throw new BadOptionException(
                    option,
                    $"'{text}' can be reached from other machines and there is no authentication; use a loopback address, or --insecure to do it all the same."
                );
        }
    }

    /// <summary>
    /// What Kestrel is to listen on, as its configuration says it: without TLS a port has one protocol. In the order of the options.
    /// </summary>
    public static IConfiguration Endpoints(TimestoneServerOptions options)
    {
        var rest = Split(options.Urls)
            .Select(static url => (Url: url, Protocols: IsTls(url) ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1));
        var grpc = Split(options.HasGrpcUrls ? options.GrpcUrls : "").Select(static url => (Url: url, Protocols: HttpProtocols.Http2));
        var keys = rest.Concat(grpc)
            .SelectMany(static (each, i) => new[]
            {
                KeyValuePair.Create<string, string?>($"Endpoints:{i}:Url", each.Url),
                KeyValuePair.Create<string, string?>($"Endpoints:{i}:Protocols", each.Protocols.ToString()),
            });
        return new ConfigurationBuilder().AddInMemoryCollection(keys).Build();
    }

    /// <summary>Whether an address speaks TLS.</summary>
    public static bool IsTls(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Those of the addresses that other machines can reach.</summary>
    public static IEnumerable<string> BeyondLoopback(string urls) => Split(urls).Where(static text => !IsLoopback(Parse(text)));

    /// <summary>The hosts that the addresses name: names, and IP addresses as URLs write them.</summary>
    public static IEnumerable<string> Hosts(string urls) =>
        Split(urls).Select(static text => Parse(text)).Where(static address => !address.IsUnixPipe).Select(static address => address.Host);

    /// <summary>
    /// The name of a server that listens on these addresses: the same when it is started again, and no other's on any machine.
    /// </summary>
    public static string NameOf(string urls)
    {
        var ports = Split(urls)
            .Select(static text => Parse(text))
            .Select(static address => address.IsUnixPipe ? address.UnixPipePath : address.Port.ToString(CultureInfo.InvariantCulture))
            .ToArray();
        return $"{Environment.MachineName}:{(ports.Contains("0") ? Guid.NewGuid().ToString("N") : string.Join(',', ports))}";
    }

    private static BindingAddress Parse(string text, string option = "--urls")
    {
        try
        {
            var address = BindingAddress.Parse(text);
            if (
                (IsTls(text) || address.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase))
                && address.PathBase is ""
                && address.Port is >= 0 and <= IPEndPoint.MaxPort
            )
                return address;
        }
        catch (FormatException)
        {
            // As bad as any other.
        }

        throw new BadOptionException(option, $"'{text}' is not an address of the form http://host:port or https://host:port.");
    }

    private static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
