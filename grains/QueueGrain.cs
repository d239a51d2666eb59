using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using Timestone.Engine;

namespace Timestone.Grains;

/// <summary>
/// The owner of one queue: has it open in its silo's <see cref="LocalTimestone"/> as long as it is active, and adds nothing to what
/// that does. There is one activation of a queue at a time, says Orleans; when there are two all the same, the journal's epoch
/// lets only the one work that opened the queue last, and the other deactivates itself.
/// </summary>
[Reentrant, ResourceOptimizedPlacement, GrainType("timestone.queue")]
internal sealed partial class QueueGrain(SiloQueues silo, ILogger<QueueGrain> logger) : Grain, IQueueGrain
{
    private readonly CancellationTokenSource _waits = CancellationTokenSource.CreateLinkedTokenSource(silo.Stopping);

    private string Name => field ??= this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WakeAsync(cancellationToken);
        }
        catch (TimestoneException problem)
        {
            // It is opened by the next call, or its caller is told why not.
            LogNotOpened(Name, problem.Message);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _waits.Dispose();
        if (!silo.IsOpen || silo.Shared is not { } shared)
            return;
        try
        {
            var due = await silo.Local.CloseAsync(Name);
            await shared.WakeTable.SetClosedAsync(Name, due, cancellationToken);
        }
        catch (Exception problem) when (problem is TimestoneException or IOException or OperationCanceledException)
        {
            // It was lost before it was closed: then its entry says that it is open, and it will be looked after.
            LogNotClosed(Name, problem.Message);
        }
    }

    public Task<CreateQueueResult> CreateAsync(QueueSettings settings, CancellationToken cancellationToken) =>
        CallAsync(local => local.CreateQueueAsync(Name, settings, cancellationToken));

    public Task<QueueInfo> DescribeAsync(CancellationToken cancellationToken) =>
        CallAsync(local => local.GetQueueAsync(Name, cancellationToken));

    public Task<QueueInfo> UpdateAsync(QueueSettingsPatch patch, CancellationToken cancellationToken) =>
        CallAsync(local => local.UpdateQueueAsync(Name, patch, cancellationToken));

    public Task DeleteAsync(CancellationToken cancellationToken) => CallAsync(async local =>
    {
        await local.DeleteQueueAsync(Name, cancellationToken);
        return true;
    });

    public Task<Batch<MessageResult>> EnqueueAsync(Batch<NewMessage> messages, CancellationToken cancellationToken) =>
        BatchAsync(messages.Items, static (local, name, items, cancel) => local.EnqueueAsync(name, items, cancel), cancellationToken);

    public Task<DequeueResult> DequeueAsync(DequeueRequest request, CancellationToken cancellationToken) =>
        CallAsync(local =>
            local.DequeueAsync(Name, request.Wait == TimeSpan.Zero ? request : request with { Wait = TimeSpan.Zero }, cancellationToken)
        );

    public Task<DequeueResult> WaitAndDequeueAsync(DequeueRequest request, CancellationToken cancellationToken) =>
        CallAsync(local =>
            WaitAsync(
                token => local.DequeueAsync(Name, request, token),
                () => local.DequeueAsync(Name, request with { Wait = TimeSpan.Zero }, cancellationToken),
                cancellationToken
            )
        );

    public Task<Batch<MessageResult>> SettleAsync(Batch<Settlement> settlements, CancellationToken cancellationToken) =>
        BatchAsync(settlements.Items, static (local, name, items, cancel) => local.SettleAsync(name, items, cancel), cancellationToken);

    public Task<Batch<MessageResult>> ExtendAsync(LeaseExtension[] extensions, CancellationToken cancellationToken) =>
        BatchAsync(extensions, static (local, name, items, cancel) => local.ExtendAsync(name, items, cancel), cancellationToken);

    public Task<Batch<MessageResult>> WatchLeasesAsync(LeaseReference[] leases, TimeSpan wait, CancellationToken cancellationToken) =>
        BatchAsync(
            leases,
            (local, name, items, cancel) =>
                WaitAsync(
                    token => local.WatchLeasesAsync(name, items, wait, token),
                    () => local.WatchLeasesAsync(name, items, TimeSpan.Zero, cancel),
                    cancel
                ),
            cancellationToken
        );

    public Task<Batch<MessageResult>> CancelAsync(Cancellation[] cancellations, CancellationToken cancellationToken) =>
        BatchAsync(cancellations, static (local, name, items, cancel) => local.CancelAsync(name, items, cancel), cancellationToken);

    public Task<MessageResult> RedriveAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(local => local.RedriveAsync(Name, id, cancellationToken));

    public Task<long> RedriveAllAsync(CancellationToken cancellationToken) =>
        CallAsync(local => local.RedriveAllAsync(Name, cancellationToken));

    public Task<StateCounts> PurgeAsync(PurgeScope scope, CancellationToken cancellationToken) =>
        CallAsync(local => local.PurgeAsync(Name, scope, cancellationToken));

    public Task<Message> GetMessageAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(local => local.GetMessageAsync(Name, id, cancellationToken));

    public Task<MessagePage> ListMessagesAsync(MessageState? state, string? cursor, int limit, CancellationToken cancellationToken) =>
        CallAsync(local => local.ListMessagesAsync(Name, state, cursor, limit, cancellationToken));

    public Task<long> GetDepthAsync(MessageState? state, Metadata filter, CancellationToken cancellationToken) =>
        CallAsync(local => local.GetDepthAsync(Name, state, filter, cancellationToken));

    public Task<QueueStats> GetStatsAsync(CancellationToken cancellationToken) =>
        CallAsync(local => local.GetStatsAsync(Name, cancellationToken));

    public Task<Message> WaitForEndAsync(string id, TimeSpan wait, CancellationToken cancellationToken) => CallAsync(local => WaitAsync(
        token => local.WaitForEndAsync(Name, id, wait, token),
        () => local.GetMessageAsync(Name, id, cancellationToken),
        cancellationToken));

    public Task WakeAsync(CancellationToken cancellationToken) => CallAsync(async local =>
    {
        await local.WakeAsync(Name, cancellationToken);
        return true;
    });

    private async Task<T> CallAsync<T>(Func<LocalTimestone, Task<T>> call)
    {
        try
        {
            return await call(silo.Local);
        }
        catch (TimestoneException problem) when (problem.InnerException is JournalFencedException)
        {
            await DeactivateAsync();
            throw;
        }
    }

    // One state machine, since this is what a message costs that comes alone.
    private async Task<Batch<MessageResult>> BatchAsync<T>(
        IReadOnlyList<T> items,
        Func<LocalTimestone, string, IReadOnlyList<T>, CancellationToken, Task<IReadOnlyList<MessageResult>>> call,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return new Batch<MessageResult>(await call(silo.Local, Name, items, cancellationToken));
        }
        catch (TimestoneException problem) when (problem.InnerException is JournalFencedException)
        {
            await DeactivateAsync();
            throw;
        }
    }

    // Someone else has the queue. Who calls again gets there: this activation is not found any more.
    private async Task DeactivateAsync()
    {
        await _waits.CancelAsync();
        DeactivateOnIdle();
    }

    // Grains are deactivated when nothing runs in them, so waits must not hold that up. What a wait that was cut short has already
    // done is not done twice: the call is idempotent.
    private async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> wait, Func<Task<T>> atOnce, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_waits.Token, cancellationToken);
        try
        {
            return await wait(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await atOnce();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Queue {Queue} was not opened: {Problem}")]
    private partial void LogNotOpened(string queue, string problem);

    [LoggerMessage(2, LogLevel.Information, "Queue {Queue} was not closed in order: {Problem}")]
    private partial void LogNotClosed(string queue, string problem);
}
