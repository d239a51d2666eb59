using System.Globalization;
using System.Net;

namespace Timestone.Hosting;

/// <summary>Which addresses a server may listen on.</summary>
internal static class ListenAddresses
{
    private const string Option = "--urls";

    public static string[] Split(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="BadOptionException">One is malformed, or could be reached from elsewhere without that being asked for.</exception>
    public static void Check(string urls, bool insecure)
    {
        var addresses = Split(urls);
        if (addresses is [])
            throw new BadOptionException(Option, "an address is needed.");
        foreach (var text in addresses)
        {
            var address = Parse(text);
            if (!insecure && !IsLoopback(address))
                throw new BadOptionException(
                    Option,
                    $"'{text}' can be reached from other machines and there is no authentication; use a loopback address, or --insecure to do it all the same."
                );
        }
    }

    /// <summary>Those of the addresses that other machines can reach.</summary>
    public static IEnumerable<string> BeyondLoopback(string urls) => Split(urls).Where(static text => !IsLoopback(Parse(text)));

    /// <summary>The hosts that the addresses name: names, and IP addresses as URLs write them.</summary>
    public static IEnumerable<string> Hosts(string urls) =>
        Split(urls).Select(Parse).Where(static address => !address.IsUnixPipe).Select(static address => address.Host);

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

    private static BindingAddress Parse(string text)
    {
        try
        {
            var address = BindingAddress.Parse(text);
            if (
                address.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)
                && address.PathBase is ""
                && address.Port is >= 0 and <= IPEndPoint.MaxPort
            )
                return address;
        }
        catch (FormatException)
        {
            // As bad as any other.
        }

        throw new BadOptionException(Option, $"'{text}' is not an address of the form http://host:port.");
    }

    private static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
