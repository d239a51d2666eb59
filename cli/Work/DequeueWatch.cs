namespace Timestone.Cli;

/// <summary>The service as it is, with someone who watches what dequeues bring.</summary>
internal sealed class DequeueWatch(ITimestone inner, WorkSession session) : ITimestone
{
    public async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        // Idle before too: a command that ended meanwhile may have failed, and its message be back.
        var wasIdle = session.IsIdle;
        try
        {
            var result = await inner.DequeueAsync(queue, request, cancellationToken).ConfigureAwait(false);
            if (request.Max > 0 && result.Messages.Count == 0 && wasIdle && session.IsIdle)
                session.FoundEmpty();
            return result;
        }
        catch (TimestoneException failure)
        {
            session.DequeueFailed(failure);
            throw;
        }
    }

    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default) => inner.CreateQueueAsync(queue, settings, cancellationToken);

    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) => inner.GetQueueAsync(queue, cancellationToken);

    public Task<QueuePage> ListQueuesAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default) => inner.ListQueuesAsync(after, limit, cancellationToken);

    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default) => inner.UpdateQueueAsync(queue, patch, cancellationToken);

    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default) => inner.DeleteQueueAsync(queue, cancellationToken);

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(string queue, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) => inner.EnqueueAsync(queue, messages, cancellationToken);

    public Task<IReadOnlyList<MessageResult>> SettleAsync(string queue, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken = default) => inner.SettleAsync(queue, settlements, cancellationToken);

    public Task<IReadOnlyList<MessageResult>> ExtendAsync(string queue, IReadOnlyList<LeaseExtension> extensions, CancellationToken cancellationToken = default) => inner.ExtendAsync(queue, extensions, cancellationToken);

    public Task<IReadOnlyList<MessageResult>> CancelAsync(string queue, IReadOnlyList<Cancellation> cancellations, CancellationToken cancellationToken = default) => inner.CancelAsync(queue, cancellations, cancellationToken);

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) => inner.RedriveAsync(queue, id, cancellationToken);

    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) => inner.RedriveAllAsync(queue, cancellationToken);

    public Task<long> PurgeAsync(string queue, MessageState? state = null, CancellationToken cancellationToken = default) => inner.PurgeAsync(queue, state, cancellationToken);

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) => inner.GetMessageAsync(queue, id, cancellationToken);

    public Task<MessagePage> ListMessagesAsync(string queue, MessageState? state = null, string? after = null, int limit = 100, CancellationToken cancellationToken = default) => inner.ListMessagesAsync(queue, state, after, limit, cancellationToken);

    public Task<long> GetDepthAsync(string queue, MessageState? state = null, Metadata? filter = null, CancellationToken cancellationToken = default) => inner.GetDepthAsync(queue, state, filter, cancellationToken);

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) => inner.GetStatsAsync(queue, cancellationToken);
}
