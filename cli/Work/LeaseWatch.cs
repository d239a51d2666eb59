using System.Collections.Concurrent;

namespace Timestone.Cli;

/// <summary>
/// The service as it is, with someone who is told when it has nothing to give while nothing is held here, and when it fails.
/// </summary>
/// <remarks>
/// A command that has failed without backoff is back in the queue only when its settlement has been answered; an empty answer
/// before that says nothing. So what a dequeue brought counts as held until then, or until the lease is said to be lost.
/// </remarks>
internal sealed class LeaseWatch(ITimestone inner, Action foundEmpty, Action<TimestoneException> failed) : ForwardingTimestone(inner)
{
    private readonly ConcurrentDictionary<string, bool> _held = new();

    public override Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            // What a request settles is settled before it dequeues.
            var heldBeside = _held.Keys.Except(request.Settle.Select(static settlement => settlement.LeaseToken)).Any();
            var result = await base.DequeueAsync(queue, request, cancellationToken).ConfigureAwait(false);
            foreach (var message in result.Messages)
                _held[message.LeaseToken!] = true;
            Settled(request.Settle, result.Settled ?? []);
            if (request.Max > 0 && result is { Messages.Count: 0, Error: null } && !heldBeside && _held.IsEmpty)
                foundEmpty();
            return result;
        });

    public override Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    ) =>
        GuardAsync(async () =>
        {
            var results = await base.SettleAsync(queue, settlements, cancellationToken).ConfigureAwait(false);
            Settled(settlements, results);
            return results;
        });

    public override async Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    )
    {
        var results = await base.ExtendAsync(queue, extensions, cancellationToken).ConfigureAwait(false);
        foreach (var (extension, result) in extensions.Zip(results))
        {
            if (result.Error is { Code: ErrorCode.LeaseLost or ErrorCode.MessageNotFound })
                _held.TryRemove(extension.LeaseToken, out _);
        }

        return results;
    }

    // Who could not be answered asks again.
    private void Settled(IReadOnlyList<Settlement> settlements, IReadOnlyList<MessageResult> results)
    {
        foreach (var (settlement, result) in settlements.Zip(results))
        {
            if (result.Error?.Code.IsPassing() != true)
                _held.TryRemove(settlement.LeaseToken, out _);
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (TimestoneException failure)
        {
            failed(failure);
            throw;
        }
    }
}
