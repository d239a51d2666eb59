namespace Timestone.Cli;

/// <summary>The service as it is, for one who stands in between at some of its methods.</summary>
internal abstract class ForwardingTimestone(ITimestone inner) : ITimestone
{
    public virtual Task<CreateQueueResult> CreateQueueAsync(
        string queue,
        QueueSettings settings,
        CancellationToken cancellationToken = default
    ) => inner.CreateQueueAsync(queue, settings, cancellationToken);

    public virtual Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        inner.GetQueueAsync(queue, cancellationToken);

    public virtual Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default) =>
        inner.ListQueuesAsync(cursor, limit, cancellationToken);

    public virtual Task<QueueInfo> UpdateQueueAsync(
        string queue,
        QueueSettingsPatch patch,
        CancellationToken cancellationToken = default
    ) => inner.UpdateQueueAsync(queue, patch, cancellationToken);

    public virtual Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        inner.DeleteQueueAsync(queue, cancellationToken);

    public virtual Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    ) => inner.EnqueueAsync(queue, messages, cancellationToken);

    public virtual Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default) =>
        inner.DequeueAsync(queue, request, cancellationToken);

    public virtual Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    ) => inner.SettleAsync(queue, settlements, cancellationToken);

    public virtual Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    ) => inner.ExtendAsync(queue, extensions, cancellationToken);

    public virtual Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    ) => inner.WatchLeasesAsync(queue, leases, wait, cancellationToken);

    public virtual Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    ) => inner.CancelAsync(queue, cancellations, cancellationToken);

    public virtual Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        inner.RedriveAsync(queue, id, cancellationToken);

    public virtual Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) =>
        inner.RedriveAllAsync(queue, cancellationToken);

    public virtual Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(queue, scope, cancellationToken);

    public virtual Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        inner.GetMessageAsync(queue, id, cancellationToken);

    public virtual Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) => inner.ListMessagesAsync(queue, state, cursor, limit, cancellationToken);

    public virtual Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    ) => inner.GetDepthAsync(queue, state, filter, cancellationToken);

    public virtual Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        inner.GetStatsAsync(queue, cancellationToken);

    public virtual Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default) =>
        inner.SearchMessagesAsync(search, cancellationToken);

    public virtual Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    ) => inner.GetHistoryAsync(queue, id, request, cancellationToken);

    public virtual Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default) =>
        inner.GetSearchStatsAsync(request, cancellationToken);
}
