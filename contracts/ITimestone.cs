namespace Timestone;

/// <summary>
/// The service: durable priority queues. Every implementation (in process, over HTTP, over grains) behaves the same and
/// passes one suite of tests.
/// </summary>
/// <remarks>
/// Each queue is linearizable. An answer is given only when what it says is durable. Every operation that changes something is idempotent
/// as its documentation says, so that after <see cref="ErrorCode.Unavailable"/>, whose outcome is unknown, repeating it is safe. Every
/// method throws <see cref="TimestoneException"/> and nothing else, but for <see cref="OperationCanceledException"/>, after which the
/// outcome is unknown too. Besides the errors named at each, all throw <see cref="ErrorCode.InvalidArgument"/> and
/// <see cref="ErrorCode.Unavailable"/>, and those that take a queue <see cref="ErrorCode.QueueNotFound"/>, but for the last three, which
/// read the index and not the queues. Methods that take a list answer each item by itself, in order: an error of one item stands in its
/// result and does not keep the others from succeeding. <see cref="WatchLeasesAsync"/> alone answers only some. Single forms are in
/// <see cref="TimestoneExtensions"/>.
/// </remarks>
public interface ITimestone
{
    /// <summary>Creates a queue. Again with the same settings (the two blocks aside) is success.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.QueueExists"/>: it exists with other settings.</exception>
    Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default);

    /// <summary>Describes a queue.</summary>
    Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Lists queues by name, after a cursor from the page before; 1 to <see cref="Limits.MaxPage"/> a page.</summary>
    Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Changes a queue's settings; blocks and unblocks. Applies to what happens from now on.</summary>
    Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default);

    /// <summary>Deletes a queue with all its messages.</summary>
    Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues 1 to <see cref="Limits.MaxBatch"/> messages, creating the queue where the service is set to. A message
    /// that exists with the same content answers as it stands (<see cref="MessageResult.Duplicate"/>). Per item:
    /// <see cref="ErrorCode.MessageConflict"/>, <see cref="ErrorCode.MissingExclusivityKey"/>,
    /// <see cref="ErrorCode.PayloadTooLarge"/>, <see cref="ErrorCode.QueueFull"/>, <see cref="ErrorCode.EnqueueBlocked"/>,
    /// <see cref="ErrorCode.InvalidArgument"/>.
    /// </summary>
    Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    );

    /// <summary>Settles what the request carries, then leases the best messages that match, waiting for a first one if asked to.</summary>
    Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends leases. Again with the same token and action is success. Per item: <see cref="ErrorCode.MessageNotFound"/>,
    /// <see cref="ErrorCode.LeaseLost"/>, <see cref="ErrorCode.InvalidArgument"/>.
    /// </summary>
    Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Extends leases, from now on, and takes reports of progress. No transition. Per item: as <see cref="SettleAsync"/>.
    /// </summary>
    Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Waits until at least one of 1 to <see cref="Limits.MaxBatch"/> leases is lost, and answers those that are, in the order given: each
    /// as an extension of it would be refused, with the message's state and version now where the message exists.
    /// <see cref="MessageState.Canceled"/> says that the message was called off. Answers nothing when the wait ends and all are held. A
    /// lease that its own consumer has ended is not lost: it is passed over as long as the message is kept. Changes nothing.
    /// </summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="leases">The leases.</param>
    /// <param name="wait">How long to wait; 0 to <see cref="Limits.MaxWait"/>.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.QueueNotFound"/>, also when the queue is deleted meanwhile.</exception>
    Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Calls messages off; a consumer that holds one loses its lease. Again is success. Per item:
    /// <see cref="ErrorCode.MessageNotFound"/>, <see cref="ErrorCode.IllegalTransition"/>.
    /// </summary>
    Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    );

    /// <summary>Makes an errored or canceled message pending, its attempts unspent. Again is success.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>, <see cref="ErrorCode.IllegalTransition"/>.</exception>
    Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Redrives every message that is errored when this begins; answers how many.
    /// Done in steps: a message that becomes errored meanwhile is left, also one that was just redriven. Repeated after a failure, it goes
    /// on.
    /// </summary>
    Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes the messages that are in the scope's states when this begins; answers how many of each state.
    /// Done in steps: a message that is enqueued meanwhile, or comes into these states, is left.
    /// Repeated after a failure, it goes on, and counts only what it removed itself.
    /// </summary>
    Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default);

    /// <summary>Describes a message.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>.</exception>
    Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists messages, of one state or of all, after a cursor from the page before; 1 to <see cref="Limits.MaxPage"/> a page.
    /// </summary>
    Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts messages, of one state or of those not terminal, whose metadata equal the filter's.</summary>
    Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>A queue in figures.</summary>
    Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Finds messages, of one queue or of all, sorted and by the page. Answered from the index alone: a queue that it does not know
    /// has no messages.
    /// </summary>
    /// <exception cref="TimestoneException">
    /// <see cref="ErrorCode.NoIndex"/>; <see cref="ErrorCode.Unavailable"/> when the index does not include
    /// <see cref="MessageSearch.After"/> in time, too.
    /// </exception>
    Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells what happened to the messages of one id. Answered from the index alone, so that what was removed or deleted can still be
    /// looked at: nothing, where the index knows of none.
    /// </summary>
    /// <exception cref="TimestoneException">As <see cref="SearchMessagesAsync"/>.</exception>
    Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts messages and their transitions, of one queue or of all that the index knows.</summary>
    /// <exception cref="TimestoneException">As <see cref="SearchMessagesAsync"/>.</exception>
    Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default);
}
