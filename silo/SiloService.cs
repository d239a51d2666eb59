using Timestone.Engine;
using Timestone.Grains;
using Timestone.Hosting;
using Timestone.Journals.Redis;

namespace Timestone.Silo;

/// <summary>The service of this process, for its grains to use.</summary>
internal sealed class SiloService(
    TimestoneServerOptions options,
    IHostApplicationLifetime lifetime,
    ILogger<LocalService> logger,
    ILoggerFactory loggers,
    SiloQueues queues,
    SiloIndex grains,
    SiloOptions silo,
    SiloMembership membership,
    IServiceProvider services
) : LocalService(options, lifetime, logger, loggers)
{
    protected override LocalTimestoneOptions Adjust(LocalTimestoneOptions given) => given with { GiveWay = true };

    protected override string? Trouble => membership.HasJoined ? null : "The silo is joining its cluster.";

    // All silos of a cluster have it together.
    protected override LeaseHolder Holder => new(LeaseHolder.Silos, silo.Cluster, silo.Cluster);

    protected override ITimestone AllQueues => services.GetRequiredService<ITimestone>();

    // The first of those that are active by their addresses. They may see a change at different times.
    protected override bool IsScrubber
    {
        get
        {
            var members = services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members.Values;
            return members.Where(static member => member.Status == SiloStatus.Active).Min(static member => member.SiloAddress) is { } first
                && first.Equals(services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        }
    }

    // Its grains do.
    protected override string? KafkaReaders => Options.Kafka is { } kafka ? TransitionStreams.GroupOf(kafka) : null;

    protected override void Use(LocalTimestone timestone, IJournal journal, IIndexWriter? index)
    {
        queues.Open(timestone, journal);
        grains.Writer = index;
    }
}
