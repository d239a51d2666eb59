using System.Globalization;
using System.Net;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>What a silo is told beyond what a server is: by its own options, or else by the section <c>Orleans</c>.</summary>
/// <param name="Cluster">The name of its cluster, which its silos and clients share.</param>
/// <param name="Service">What its grains' states are filed under; the cluster's name unless the section <c>Orleans</c> has another.</param>
/// <param name="Address">Where other silos and clients reach it.</param>
/// <param name="SiloPort">The port for other silos; null to choose a free one.</param>
/// <param name="GatewayPort">The port for clients; null to choose a free one.</param>
/// <param name="Failover">How soon a silo that died is noticed.</param>
internal sealed record SiloOptions(string Cluster, string Service, IPAddress Address, int? SiloPort, int? GatewayPort, Failover Failover)
{
    public const string Section = "Silo";

    /// <summary>Where silos are looked for by whoever has been told nothing else, as by firewalls.</summary>
    public const int UsualSiloPort = 11111, UsualGatewayPort = 30000;

    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["--cluster"] = "Timestone:Silo:Cluster",
        ["--advertise"] = "Timestone:Silo:Advertise",
        ["--silo-port"] = "Timestone:Silo:SiloPort",
        ["--gateway-port"] = "Timestone:Silo:GatewayPort",
        ["--probe-seconds"] = "Timestone:Silo:ProbeSeconds",
        ["--missed-probes"] = "Timestone:Silo:MissedProbes",
        ["--death-votes"] = "Timestone:Silo:DeathVotes",
    };

    /// <exception cref="BadOptionException">An option is unknown or cannot be what it is.</exception>
    public static SiloOptions Read(IConfiguration configuration, bool insecure)
    {
        var section = configuration.GetSection("Timestone").GetSection(Section);
        foreach (var given in section.GetChildren())
        {
            if (!Names.Values.Contains(given.Path, StringComparer.OrdinalIgnoreCase))
                throw new BadOptionException(given.Path, "there is no such option.");
        }

        var cluster = Either("--cluster", "ClusterId") ?? "timestone";
        if (cluster.Length == 0 || !cluster.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            throw new BadOptionException("--cluster", $"'{cluster}' must be letters, digits and '-'.");
        var advertised = Either("--advertise", "Endpoints:AdvertisedIPAddress") ?? "127.0.0.1";
        if (!IPAddress.TryParse(advertised, out var address))
            throw new BadOptionException("--advertise", $"'{advertised}' is no IP address.");
        if (!insecure && !IPAddress.IsLoopback(address))
            throw new BadOptionException(
                "--advertise",
                $"'{address}' can be reached from other machines and there is no authentication; use a loopback address, or --insecure to do it all the same."
            );

        // Across machines firewalls must know them.
        var fix = !IPAddress.IsLoopback(address);
        var options = new SiloOptions(
            cluster,
            OrleansSection.Value(configuration, "ServiceId") ?? cluster,
            address,
            Port("--silo-port", Either("--silo-port", "Endpoints:SiloPort"), fix ? UsualSiloPort : null),
            Port("--gateway-port", Either("--gateway-port", "Endpoints:GatewayPort"), fix ? UsualGatewayPort : null),
            Failover.Read(section));
        return options.SiloPort is null || options.SiloPort != options.GatewayPort
            ? options
            : throw new BadOptionException("--gateway-port", "must differ from --silo-port.");

        string? Either(string option, string key)
        {
            var (own, orleans) = (configuration[Names[option]], OrleansSection.Value(configuration, key));
            return own is null || orleans is null || own == orleans
                ? own ?? orleans
                : throw new BadOptionException(option, $"is '{own}', and Orleans:{key} is '{orleans}'; leave one of them out.");
        }
    }

    private static int? Port(string option, string? text, int? absent) => text is null
        ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new BadOptionException(option, $"'{text}' must be a port, 1 to {IPEndPoint.MaxPort}.");
}
