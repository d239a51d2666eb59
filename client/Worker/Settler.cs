using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>Tells the service of work that has ended, in requests of their own.</summary>
internal sealed class Settler(
    ITimestone timestone,
    string queue,
    LeaseKeeper keeper,
    SettlementBuffer settlements,
    Pause pause,
    ILogger logger
)
{
    public static Settlement[] SettlementsOf(IReadOnlyList<Ending> ended) => [.. ended.Select(static ending => ending.Settlement!)];

    /// <summary>Settles what has ended; after a failure it waits, until the worker stops at the longest.</summary>
    public async Task SettleAsync(IReadOnlyList<Ending> ended, CancellationToken stopping)
    {
        if (ended.Count == 0)
            return;
        try
        {
            settlements.Answered(
                ended,
                await timestone.SettleAsync(queue, SettlementsOf(ended), CancellationToken.None).ConfigureAwait(false)
            );
            pause.Reset();
        }
        catch (TimestoneException problem)
        {
            settlements.Unanswered(ended, problem.Code);
            WorkerLog.SettlingFailed(logger, queue, ended.Count, problem);
            await pause.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Settles until nothing is held any more.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            var ended = settlements.Take();
            if (ended.Count > 0)
                await SettleAsync(ended, CancellationToken.None).ConfigureAwait(false);
            else if (keeper.Count > 0)
                await settlements.WaitAsync().ConfigureAwait(false);
            else
                return;
        }
    }
}
