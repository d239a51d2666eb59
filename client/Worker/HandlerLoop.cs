using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>Takes one message after another and has it handled.</summary>
internal sealed class HandlerLoop(string queue, IMessageHandler handler, LeaseKeeper keeper, SettlementBuffer settlements, ILogger logger)
{
    /// <summary>Runs until no more messages will come. Those still waiting when the worker stops are given back.</summary>
    public async Task RunAsync(ChannelReader<HeldLease> waiting, CancellationToken stopping)
    {
        await foreach (var lease in waiting.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            settlements.Add(
                new Ending(lease, MayStart(lease, stopping) ? await HandleAsync(lease).ConfigureAwait(false) : GivenBack(lease))
            );
    }

    private bool MayStart(HeldLease lease, CancellationToken stopping) =>
        !stopping.IsCancellationRequested && !lease.CancellationToken.IsCancellationRequested && keeper.IsTrusted(lease);

    private async Task<Settlement?> HandleAsync(HeldLease lease)
    {
        var context = new MessageContext(keeper, lease);
        try
        {
            await handler.HandleAsync(context, lease.CancellationToken).ConfigureAwait(false);

            // Also when the lease is only doubtful: the service knows, and the work is done.
            return keeper.IsLost(lease) ? null : HandlerOutcome.Completed(lease, context.Result);
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

    // The token fences a release too: should another worker have the message by now, it is not taken from it.
    private Settlement? GivenBack(HeldLease lease) => keeper.IsLost(lease) ? null : HandlerOutcome.Released(lease);
}
