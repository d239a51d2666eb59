namespace Timestone.Grains;

/// <summary>
/// One queue; its key is the queue's name. Its methods are those of <see cref="ITimestone"/> that take a queue, and are answered
/// and refused alike: one call carries a whole batch. Call them through <see cref="GrainTimestone"/>, which checks what
/// would not survive the way here.
/// </summary>
[Alias("timestone.queue")]
public interface IQueueGrain : IGrainWithStringKey
{
    /// <summary>See <see cref="ITimestone.CreateQueueAsync"/>.</summary>
    [Alias("create"), ResponseTimeout(Patience.Call)]
    Task<CreateQueueResult> CreateAsync(QueueSettings settings, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetQueueAsync"/>.</summary>
    [Alias("describe"), ResponseTimeout(Patience.Call)]
    Task<QueueInfo> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.UpdateQueueAsync"/>.</summary>
    [Alias("update"), ResponseTimeout(Patience.Call)]
    Task<QueueInfo> UpdateAsync(QueueSettingsPatch patch, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.DeleteQueueAsync"/>.</summary>
    [Alias("delete"), ResponseTimeout(Patience.Call)]
    Task DeleteAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.EnqueueAsync"/>.</summary>
    [Alias("enqueue"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Batch<MessageResult>> EnqueueAsync([Immutable] Batch<NewMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.DequeueAsync"/>. Answers at once, whatever the request says of waiting.</summary>
    [Alias("dequeue"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<DequeueResult> DequeueAsync([Immutable] DequeueRequest request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.DequeueAsync"/>. Waits as long as the request says.</summary>
    [Alias("wait-and-dequeue"), ResponseTimeout(Patience.Wait)]
    [return: Immutable]
    Task<DequeueResult> WaitAndDequeueAsync([Immutable] DequeueRequest request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.SettleAsync"/>.</summary>
    [Alias("settle"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Batch<MessageResult>> SettleAsync([Immutable] Batch<Settlement> settlements, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.ExtendAsync"/>.</summary>
    [Alias("extend"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Batch<MessageResult>> ExtendAsync([Immutable] LeaseExtension[] extensions, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.WatchLeasesAsync"/>.</summary>
    [Alias("watch-leases"), ResponseTimeout(Patience.Wait)]
    [return: Immutable]
    Task<Batch<MessageResult>> WatchLeasesAsync(
        [Immutable] LeaseReference[] leases,
        TimeSpan wait,
        CancellationToken cancellationToken = default
    );

    /// <summary>See <see cref="ITimestone.CancelAsync"/>.</summary>
    [Alias("cancel"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Batch<MessageResult>> CancelAsync([Immutable] Cancellation[] cancellations, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.RedriveAsync"/>.</summary>
    [Alias("redrive"), ResponseTimeout(Patience.Call)]
    Task<MessageResult> RedriveAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.RedriveAllAsync"/>.</summary>
    [Alias("redrive-all"), ResponseTimeout(Patience.Sweep)]
    Task<long> RedriveAllAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.PurgeAsync"/>.</summary>
    [Alias("purge"), ResponseTimeout(Patience.Sweep)]
    Task<StateCounts> PurgeAsync(PurgeScope scope, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetMessageAsync"/>.</summary>
    [Alias("get"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Message> GetMessageAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.ListMessagesAsync"/>.</summary>
    [Alias("list"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<MessagePage> ListMessagesAsync(MessageState? state, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetDepthAsync"/>.</summary>
    [Alias("depth"), ResponseTimeout(Patience.Call)]
    Task<long> GetDepthAsync(MessageState? state, [Immutable] Metadata filter, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetStatsAsync"/>.</summary>
    [Alias("stats"), ResponseTimeout(Patience.Call)]
    Task<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until a message is terminal.</summary>
    /// <param name="id">The message.</param>
    /// <param name="wait">How long at most; 0 to <see cref="Limits.MaxWait"/>.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The message, terminal or as it stands when the wait ends.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>.</exception>
    [Alias("wait-for-end"), ResponseTimeout(Patience.Wait)]
    [return: Immutable]
    Task<Message> WaitForEndAsync(string id, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Opens the queue if it exists, so that what is due in it happens although nobody calls.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it could not be opened.</exception>
    [Alias("wake"), ResponseTimeout(Patience.Call)]
    Task WakeAsync(CancellationToken cancellationToken = default);
}
