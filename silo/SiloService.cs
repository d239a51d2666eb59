using Timestone.Engine;
using Timestone.Grains;
using Timestone.Server;

namespace Timestone.Silo;

/// <summary>The service of this process, for its grains to use.</summary>
internal sealed class SiloService(TimestoneServerOptions options, IHostApplicationLifetime lifetime, ILogger<LocalService> logger, ILoggerFactory loggers, SiloQueues queues)
    : LocalService(options, lifetime, logger, loggers)
{
    protected override LocalTimestoneOptions Adjust(LocalTimestoneOptions given) => given with { GiveWay = true };

    protected override void Use(LocalTimestone timestone, IJournal journal) => queues.Open(timestone, journal);
}
