using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Timestone.Client.Telemetry;

namespace Timestone.Client.Worker;

/// <summary>Takes one message after another and has it handled.</summary>
internal sealed class HandlerLoop(
    string queue,
    IMessageHandler handler,
    TimestoneWorkerOptions options,
    IPump pump,
    LeaseKeeper keeper,
    SettlementBuffer settlements,
    ILogger logger
)
{
    private readonly Func<MessageContext, CancellationToken, Task> _handle = options.Around(handler.HandleAsync);

    /// <summary>Runs until no more messages will come. Those still waiting when the worker stops are given back.</summary>
    public async Task RunAsync(ChannelReader<HeldLease> waiting, CancellationToken stopping)
    {
        await foreach (var lease in waiting.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var mayStart = MayStart(lease, stopping) && await pump.MayBeginAsync(lease).ConfigureAwait(false);
            settlements.Add(new Ending(lease, mayStart ? await HandleAsync(lease).ConfigureAwait(false) : GivenBack(lease)));
        }
    }

    private bool MayStart(HeldLease lease, CancellationToken stopping) =>
        !stopping.IsCancellationRequested && !lease.CancellationToken.IsCancellationRequested && keeper.IsTrusted(lease);

    private async Task<Settlement?> HandleAsync(HeldLease lease)
    {
        using var scope = WorkerLog.MessageScope(logger, queue, lease.Id, lease.Message.Attempt);
        using var activity = MessagingActivity.Process(queue, lease.Message);
        var settlement = await TryAsync(lease).ConfigureAwait(false);
        if (settlement is null or { Action: SettlementAction.Fail })
            activity.Failed(settlement is null ? WorkerMetrics.Lost : WorkerMetrics.OutcomeOf(settlement), settlement?.Error);
        return settlement;
    }

    private async Task<Settlement?> TryAsync(HeldLease lease)
    {
        var context = new MessageContext(keeper, lease, options.Json);
        try
        {
            await _handle(context, lease.CancellationToken).ConfigureAwait(false);

            // Also when the lease is only doubtful: the service knows, and the work is done.
            return keeper.IsLost(lease) ? null : Decided(context);
        }
        catch (Exception) when (lease.CancellationToken.IsCancellationRequested)
        {
            return GivenBack(lease);
        }
        catch (PermanentFailureException decision)
        {
            WorkerLog.FailedForGood(logger, queue, lease.Id, lease.Message.Attempt, decision.Message);
            return HandlerOutcome.Failed(lease, decision);
        }
        catch (Exception exception)
        {
            WorkerLog.HandlerFailed(logger, queue, lease.Id, lease.Message.Attempt, exception);
            return HandlerOutcome.Failed(lease, exception);
        }
    }

    private Settlement Decided(MessageContext context)
    {
        var settlement = context.Settlement;
        if (settlement is { Action: SettlementAction.Fail, Permanent: true })
            WorkerLog.FailedForGood(logger, queue, context.Id, context.Attempt, settlement.Error!);
        else if (settlement is { Action: SettlementAction.Fail, Invisible: { } delay })
            WorkerLog.RetryLater(logger, queue, context.Id, context.Attempt, delay, settlement.Error!);
        return settlement;
    }

    // The token fences a release too: should another worker have the message by now, it is not taken from it.
    private Settlement? GivenBack(HeldLease lease) => keeper.IsLost(lease) ? null : HandlerOutcome.Released(lease);
}
