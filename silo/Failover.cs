using Orleans.Configuration;

namespace Timestone.Silo;

/// <summary>
/// How soon a silo that died is noticed: its queues are unavailable until then. Three probes missed in a row and two votes, so about
/// six seconds; a process that is only slow, as by a pause of its garbage collector, is given that time.
/// </summary>
internal static class Failover
{
    public static void Configure(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

        // After as many as three of these, a silo that nobody has heard of no longer keeps others from joining.
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        options.DefunctSiloExpiration = TimeSpan.FromHours(1);
    }
}
