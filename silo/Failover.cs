using System.Globalization;
using Orleans.Configuration;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>
/// How soon a silo that died or froze is noticed: its queues are unavailable until then. docs/silos.md explains the figures.
/// </summary>
/// <param name="Probe">How often a silo is probed, and how long an answer may take; 0.1 s to a minute.</param>
/// <param name="MissedProbes">How many probes in a row must fail; 1 to 20. The last goes by way of another silo, where there is
/// one.</param>
/// <param name="Votes">How many silos must agree, where there are as many; 1 to 10. Orleans needs no more than half of those that are
/// left.</param>
internal sealed record Failover(TimeSpan Probe, int MissedProbes, int Votes)
{
    /// <summary>What holds where nothing is said.</summary>
    public static readonly Failover Default = new(TimeSpan.FromSeconds(1.25), 2, 2);

    // By way of another silo two answers must come, one after the other.
    private const double LongestProbe = 1.8;

    /// <exception cref="BadOptionException">An option cannot be what it is.</exception>
    public static Failover Read(IConfigurationSection section) => new(
        Seconds("--probe-seconds", section["ProbeSeconds"]),
        Number("--missed-probes", section["MissedProbes"], Default.MissedProbes, 20),
        Number("--death-votes", section["DeathVotes"], Default.Votes, 10));

    public void Configure(ClusterMembershipOptions options)
    {
        // Orleans would shorten probes to half of this when answers come fast, and take one that is slow for once for dead the sooner.
        options.ProbeTimeout = options.MinProbeTimeout = Probe;

        // A silo is not dead while anything has come from it within as many of the longest probes as may be missed. With Orleans' own
        // figures that is 24 s, for which a frozen silo keeps its queues; without this check a silo that is only busy loses them.
        options.EnableConnectionLivenessCheck = true;
        options.MaxProbeTimeout = Probe * LongestProbe;
        options.NumMissedProbesLimit = MissedProbes;
        options.NumVotesForDeathDeclaration = Votes;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

        // After as many as three of these, a silo that nobody has heard of no longer keeps others from joining.
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        options.DefunctSiloExpiration = TimeSpan.FromHours(1);
    }

    private static TimeSpan Seconds(string option, string? text) =>
        text is null ? Default.Probe
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 0.1 and <= 60
            ? TimeSpan.FromSeconds(seconds)
            : throw new BadOptionException(option, $"'{text}' must be a number of seconds, 0.1 to 60.");

    private static int Number(string option, string? text, int absent, int most) => text is null
        ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
            ? number
            : throw new BadOptionException(option, $"'{text}' must be a whole number, 1 to {most}.");
}
