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
    [Alias("create")]
    Task<CreateQueueResult> CreateAsync(QueueSettings settings, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetQueueAsync"/>.</summary>
    [Alias("describe")]
    Task<QueueInfo> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.UpdateQueueAsync"/>.</summary>
    [Alias("update")]
    Task<QueueInfo> UpdateAsync(QueueSettingsPatch patch, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.DeleteQueueAsync"/>.</summary>
    [Alias("delete")]
    Task DeleteAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.EnqueueAsync"/>.</summary>
    [Alias("enqueue")]
    [return: Immutable]
    Task<MessageResult[]> EnqueueAsync([Immutable] NewMessage[] messages, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.DequeueAsync"/>. Waits as long as the request says, so a call can last longer than others.</summary>
    [Alias("dequeue"), ResponseTimeout("00:01:00")]
    [return: Immutable]
    Task<DequeueResult> DequeueAsync([Immutable] DequeueRequest request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.SettleAsync"/>.</summary>
    [Alias("settle")]
    [return: Immutable]
    Task<MessageResult[]> SettleAsync([Immutable] Settlement[] settlements, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.ExtendAsync"/>.</summary>
    [Alias("extend")]
    [return: Immutable]
    Task<MessageResult[]> ExtendAsync([Immutable] LeaseExtension[] extensions, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.CancelAsync"/>.</summary>
    [Alias("cancel")]
    [return: Immutable]
    Task<MessageResult[]> CancelAsync([Immutable] Cancellation[] cancellations, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.RedriveAsync"/>.</summary>
    [Alias("redrive")]
    Task<MessageResult> RedriveAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.RedriveAllAsync"/>.</summary>
    [Alias("redrive-all"), ResponseTimeout("00:10:00")]
    Task<long> RedriveAllAsync(CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.PurgeAsync"/>.</summary>
    [Alias("purge"), ResponseTimeout("00:10:00")]
    Task<long> PurgeAsync(MessageState? state, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetMessageAsync"/>.</summary>
    [Alias("get")]
    [return: Immutable]
    Task<Message> GetMessageAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.ListMessagesAsync"/>.</summary>
    [Alias("list")]
    [return: Immutable]
    Task<MessagePage> ListMessagesAsync(MessageState? state, string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetDepthAsync"/>.</summary>
    [Alias("depth")]
    Task<long> GetDepthAsync(MessageState? state, [Immutable] Metadata filter, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.GetStatsAsync"/>.</summary>
    [Alias("stats")]
    Task<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until a message is terminal.</summary>
    /// <param name="id">The message.</param>
    /// <param name="wait">How long at most; 0 to <see cref="Limits.MaxWait"/>.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The message, terminal or as it stands when the wait ends.</returns>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>.</exception>
    [Alias("wait-for-end"), ResponseTimeout("00:01:00")]
    [return: Immutable]
    Task<Message> WaitForEndAsync(string id, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Opens the queue if it exists, so that what is due in it happens although nobody calls.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it could not be opened.</exception>
    [Alias("wake")]
    Task WakeAsync(CancellationToken cancellationToken = default);
}
