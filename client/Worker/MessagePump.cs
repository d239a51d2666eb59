using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>
/// One loop that exchanges ended work for new messages, a request at a time:
/// <list type="number">
/// <item>Work has ended: its settlements ride on the next dequeue, so that a message costs one request. That dequeue
/// does not wait, because a settlement must not stand in a queue of long polls until somebody else enqueues. What ends
/// while it is under way rides on the one after it.</item>
/// <item>Nothing has ended and there is room: a long poll. What ends while it waits is settled at once, beside it.</item>
/// <item>No room: settlements that have to be repeated go alone; else the loop waits for a handler.</item>
/// </list>
/// </summary>
internal sealed class MessagePump(
    ITimestone timestone,
    string queue,
    TimestoneWorkerOptions options,
    LeaseKeeper keeper,
    SettlementBuffer settlements,
    Settler settler,
    Pause pause,
    ChannelWriter<HeldLease> waiting,
    Presence presence,
    ILogger logger
) : IPump
{
    private string? _requestId;
    private TimeSpan _askedAt;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping, CancellationToken deadline)
    {
        while (!stopping.IsCancellationRequested)
        {
            var ended = settlements.Take();
            var room = options.Concurrency + options.Prefetch - keeper.Count;
            if (room > 0)
                await DequeueAsync(Math.Min(room, Limits.MaxBatch), ended, stopping, deadline).ConfigureAwait(false);
            else if (ended.Count > 0)
                await settler.SettleAsync(ended, stopping).ConfigureAwait(false);
            else
                await settlements.WaitAsync().WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public Task DrainAsync() => settler.DrainAsync();

    /// <inheritdoc/>
    public ValueTask<bool> MayBeginAsync(HeldLease lease) => new(true);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken
    ) => timestone.ExtendAsync(queue, extensions, cancellationToken);

    private async Task DequeueAsync(int room, IReadOnlyList<Ending> ended, CancellationToken stopping, CancellationToken deadline)
    {
        var request = options.Request(room) with { Settle = Settler.SettlementsOf(ended), RequestId = RequestId() };
        try
        {
            var result = ended.Count > 0
                ? await timestone.DequeueAsync(queue, request with { Wait = TimeSpan.Zero }, deadline).ConfigureAwait(false)
                : await PollAsync(request, stopping).ConfigureAwait(false);
            _requestId = null;
            presence.Note(null);
            presence.NoteFound();
            settlements.Answered(ended, result.Settled ?? []);
            await AcceptAsync(result.Messages).ConfigureAwait(false);
            if (result.Error is { } error)
            {
                WorkerLog.DequeueFailed(logger, queue, new TimestoneException(error));
                await PauseAsync(stopping).ConfigureAwait(false);
                return;
            }

            pause.Reset();
        }
        catch (OperationCanceledException)
        {
            settlements.Unanswered(ended, ErrorCode.Unavailable);
            await RecoverAsync(request, deadline).ConfigureAwait(false);
        }
        catch (TimestoneException problem)
        {
            if (!problem.Code.IsPassing())
                _requestId = null;
            settlements.Unanswered(ended, problem.Code);
            if (problem.Code is ErrorCode.Unavailable or ErrorCode.Standby)
                presence.Note(problem.Message);
            else if (problem.Code == ErrorCode.QueueNotFound)
                presence.NoteMissing();
            else
                WorkerLog.DequeueFailed(logger, queue, problem);
            await PauseAsync(stopping).ConfigureAwait(false);
        }
    }

    private async Task<DequeueResult> PollAsync(DequeueRequest request, CancellationToken stopping)
    {
        var poll = timestone.DequeueAsync(queue, request, stopping);
        while (await Task.WhenAny(poll, settlements.WaitAsync()).ConfigureAwait(false) != poll)
            await settler.SettleAsync(settlements.Take(), stopping).ConfigureAwait(false);
        return await poll.ConfigureAwait(false);
    }

    /// <summary>
    /// A poll was cut off, maybe on the way back: asked again under its id, it gives what it had leased, which goes back then. A service
    /// that is away would hold up the end of the worker: what that poll leased, if anything, waits for the end of its lease.
    /// </summary>
    private async Task RecoverAsync(DequeueRequest request, CancellationToken deadline)
    {
        if (presence.IsAway)
            return;
        try
        {
            var result = await timestone
                .DequeueAsync(queue, request with { Wait = TimeSpan.Zero, Settle = [] }, deadline)
                .ConfigureAwait(false);
            await AcceptAsync(result.Messages).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is TimestoneException or OperationCanceledException)
        {
            WorkerLog.DequeueFailed(logger, queue, problem);
        }
    }

    private async Task AcceptAsync(IReadOnlyList<Message> messages)
    {
        foreach (var lease in await keeper.HoldAsync(messages, _askedAt).ConfigureAwait(false))
            waiting.TryWrite(lease);
    }

    private async Task PauseAsync(CancellationToken stopping) =>
        await pause.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// A request that was not answered keeps its id for the next try, which then brings the messages that the lost
    /// answer did; and its time, as their leases may have begun then.
    /// </summary>
    private string RequestId()
    {
        if (_requestId is null)
        {
            _requestId = Guid.CreateVersion7().ToString("N");
            _askedAt = keeper.Now;
        }

        return _requestId;
    }
}
