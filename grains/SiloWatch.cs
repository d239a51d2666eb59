using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Grains;

/// <summary>
/// Sees to it that what is due in a queue happens although nobody calls: opens queues that are closed when something is due in
/// them, and those that a silo had open when it died. Runs in every silo; the parts of the journal's <see cref="IWakeTable"/> are divided
/// among the silos that are active. Two silos that disagree for a moment only wake a queue twice.
/// </summary>
internal sealed partial class SiloWatch(
    SiloQueues silo,
    IGrainFactory grains,
    IClusterMembershipService membership,
    ILocalSiloDetails self,
    ILogger<SiloWatch> logger
) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly WakeWatch _wake = new(
        (queue, cancellationToken) => grains.GetGrain<IQueueGrain>(queue).WakeAsync(cancellationToken),
        (queue, problem) => LogNotWoken(logger, queue, problem.Message));
    private BackgroundLoop? _loop;
    private SiloAddress[] _seen = [];

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = BackgroundLoop.Every(WakeWatch.Interval, LookAsync, LogFailed);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (silo.IsOpen)
            LogHandingOver(silo.Local.Open.Count);
        var ended = _loop?.DisposeAsync() ?? default;
        await silo.StopAsync().ConfigureAwait(false);
        await ended.ConfigureAwait(false);
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        if (!silo.IsOpen || silo.Shared is not { } shared)
            return;
        SiloAddress[] active =
        [
            .. membership
                .CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active)
                .Select(static member => member.SiloAddress)
                .Order(),
        ];
        var place = Array.IndexOf(active, self.SiloAddress);
        if (place < 0)
            return;

        // After a change some of what is open may have nobody, and parts have another silo.
        var changed = !active.AsSpan().SequenceEqual(_seen);
        var parts = Enumerable.Range(0, shared.WakeTable.Parts).Where(part => part % active.Length == place);
        await _wake.LookAsync(shared.WakeTable, silo.Local, parts, alsoOpen: changed, stopping).ConfigureAwait(false);
        _seen = active;
    }

    [LoggerMessage(10, LogLevel.Warning, "Queues that are due cannot be looked for.")]
    private partial void LogFailed(Exception problem);

    [LoggerMessage(12, LogLevel.Information, "Giving {Queues} open queues up, for other silos to take over.")]
    private partial void LogHandingOver(int queues);

    [LoggerMessage(11, LogLevel.Warning, "Queue {Queue} was not woken: {Problem}")]
    private static partial void LogNotWoken(ILogger logger, string queue, string problem);
}
