using Timestone.Engine;
using Timestone.Grains;
using Timestone.Hosting;
using Timestone.Journals.Redis;

namespace Timestone.Silo;

/// <summary>The other silos of the cluster; the service of this process is for its grains to use.</summary>
internal sealed class SiloPeers(
    TimestoneServerOptions options,
    SiloOptions silo,
    SiloQueues queues,
    SiloIndex grains,
    SiloMembership membership,
    IServiceProvider services
) : IPeers
{
    // All silos of a cluster have it together.
    public LeaseHolder Holder { get; } = new(LeaseHolder.Silos, silo.Cluster, silo.Cluster);

    public string? Trouble => membership.HasJoined ? null : "The silo is joining its cluster.";

    public ITimestone Everything => services.GetRequiredService<ITimestone>();

    // The first of those that are active by their addresses. They may see a change at different times.
    public bool IsScrubber
    {
        get
        {
            var members = services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members.Values;
            return members.Where(static member => member.Status == SiloStatus.Active).Min(static member => member.SiloAddress) is { } first
                && first.Equals(services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        }
    }

    // Its grains do.
    public string? KafkaReaders => options.Kafka is { } kafka ? TransitionStreams.GroupOf(kafka) : null;

    public void Take(LocalTimestone timestone, IJournal journal, IIndexWriter? index)
    {
        queues.Open(timestone, journal);
        grains.Writer = index;
    }
}
