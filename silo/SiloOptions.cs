using System.ComponentModel.DataAnnotations;
using System.Net;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>What a silo is told beyond what a server is: by its own options, or else by the section <c>Orleans</c>.</summary>
internal sealed record SiloOptions
{
    /// <summary>Where silos are looked for by whoever has been told nothing else, as by firewalls.</summary>
    public const int UsualSiloPort = 11111, UsualGatewayPort = 30000;

    private const string Port = "a port, 1 to 65535";

    public static OptionSection<SiloOptions> Section { get; } = new("Timestone:Silo");

    /// <summary>The name of its cluster, which its silos and clients share.</summary>
    [Option("the cluster's name", Value = "NAME", Allowed = "letters, digits and '-'", AlsoKey = "Orleans:ClusterId")]
    [Required, RegularExpression("[A-Za-z0-9-]+")]
    public string Cluster { get; init; } = "timestone";

    /// <summary>Where other silos and clients reach it: an IP address.</summary>
    [Option("where other silos and clients reach it", Value = "ADDRESS", AlsoKey = "Orleans:Endpoints:AdvertisedIPAddress")]
    public string Advertise { get; init; } = "127.0.0.1";

    /// <summary>The port for other silos; null to choose a free one.</summary>
    [Option(
        "the port for other silos; else a free one, or 11111 where others can reach this machine",
        Allowed = Port,
        AlsoKey = "Orleans:Endpoints:SiloPort"
    )]
    [Range(1.0, 65535)]
    public int? SiloPort { get; init; }

    /// <summary>The port for clients; null to choose a free one.</summary>
    [Option(
        "the port for Orleans clients; else a free one, or 30000 where others can reach this machine",
        Allowed = Port,
        AlsoKey = "Orleans:Endpoints:GatewayPort"
    )]
    [Range(1.0, 65535)]
    public int? GatewayPort { get; init; }

    /// <summary>How often a silo is probed, and how long an answer may take.</summary>
    [Option("how often a silo is asked whether it lives, and how long it may take to answer"), Range(0.1, 60)]
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(1.25);

    /// <summary>How many probes in a row must fail. The last goes by way of another silo, where there is one.</summary>
    [Option("how many times in a row it must not have answered to be suspected"), Range(1.0, 20)]
    public int MissedProbes { get; init; } = 2;

    /// <summary>How many silos must agree, where there are as many. Orleans needs no more than half of those that are left.</summary>
    [Option("how many silos must suspect it, where there are as many, for it to lose its queues"), Range(1.0, 10)]
    public int DeathVotes { get; init; } = 2;

    /// <summary>What its grains' states are filed under; the cluster's name unless the section <c>Orleans</c> has another.</summary>
    public string Service { get; init; } = "timestone";

    public IPAddress Address => IPAddress.Parse(Advertise);

    /// <exception cref="BadOptionException">An option is unknown or cannot be what it is.</exception>
    public static SiloOptions Read(IConfiguration configuration, bool insecure)
    {
        var options = Section.Read(configuration);
        Section.Check(options);
        options = options with { Service = OrleansSection.Value(configuration, "ServiceId") ?? options.Cluster };
        if (!IPAddress.TryParse(options.Advertise, out var address))
            throw new BadOptionException("--advertise", $"'{options.Advertise}' is no IP address.");
        if (!insecure && !IPAddress.IsLoopback(address))
            throw new BadOptionException(
                "--advertise",
                $"'{address}' can be reached from other machines and there is no authentication; use a loopback address, or --insecure to do it all the same."
            );

        // Across machines firewalls must know them.
        if (!IPAddress.IsLoopback(address))
            options = options with
            {
                SiloPort = options.SiloPort ?? UsualSiloPort,
                GatewayPort = options.GatewayPort ?? UsualGatewayPort,
            };
        return options.SiloPort is null || options.SiloPort != options.GatewayPort
            ? options
            : throw new BadOptionException("--gateway-port", "must differ from --silo-port.");
    }
}
