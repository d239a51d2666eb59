using Orleans.Configuration;

namespace Timestone.Silo;

/// <summary>
/// How soon a silo that died or froze is noticed: its queues are unavailable until then. docs/silos.md explains the figures.
/// </summary>
internal static class Failover
{
    // By way of another silo two answers must come, one after the other.
    private const double LongestProbe = 1.8;

    public static void Configure(ClusterMembershipOptions options, SiloOptions silo)
    {
        // Orleans would shorten probes to half of this when answers come fast, and take one that is slow for once for dead the sooner.
        options.ProbeTimeout = options.MinProbeTimeout = silo.Probe;

        // A silo is not dead while anything has come from it within as many of the longest probes as may be missed. With Orleans' own
        // figures that is 24 s, for which a frozen silo keeps its queues; without this check a silo that is only busy loses them.
        options.EnableConnectionLivenessCheck = true;
        options.MaxProbeTimeout = silo.Probe * LongestProbe;
        options.NumMissedProbesLimit = silo.MissedProbes;
        options.NumVotesForDeathDeclaration = silo.DeathVotes;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

        // After as many as three of these, a silo that nobody has heard of no longer keeps others from joining.
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        options.DefunctSiloExpiration = TimeSpan.FromHours(1);
    }
}
