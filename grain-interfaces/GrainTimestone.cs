using System.Globalization;

namespace Timestone.Grains;

/// <summary>
/// <see cref="ITimestone"/> over grains: one call of a grain for each call. Thread-safe. Nothing is tried again here; what was told
/// <see cref="ErrorCode.Unavailable"/> can be repeated at once, and reaches the queue wherever it is by then.
/// </summary>
/// <param name="grains">Reaches the cluster: a silo's own, or an Orleans client.</param>
/// <param name="outside">When calls are given up, for an Orleans client; null within a silo, which Orleans itself tells.</param>
public sealed class GrainTimestone(IGrainFactory grains, OutsideCalls? outside = null) : ITimestone
{
    // How much longer than it may wait a call can take: Orleans' own limit is that of the longest wait.
    internal static readonly TimeSpan Margin = TimeSpan.Parse(Patience.Call, CultureInfo.InvariantCulture);

    private QueueAddress? _queues;

    /// <inheritdoc/>
    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        Validation.Check(settings);
        return AnswerAsync(Queue(queue).CreateAsync(settings, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        await AnswerAsync(Queue(queue).DescribeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        Validation.CheckLimit(limit);
        return await AnswerAsync(grains.GetGrain<IQueueDirectoryGrain>(0).ListAsync(cursor, limit, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default)
    {
        Validation.Check(patch);
        return await AnswerAsync(Queue(queue).UpdateAsync(patch, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        await AnswerAsync(DeleteAsync(), cancellationToken).ConfigureAwait(false);

        async Task<bool> DeleteAsync()
        {
            await Queue(queue).DeleteAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    )
    {
        var batch = new CheckedBatch<NewMessage>("messages", messages, Validation.Problem, static message => message.Id);
        Validation.CheckBatchBytes(messages);
        return BatchAsync(
            queue,
            batch,
            static (grain, items, cancel) => grain.EnqueueAsync(new Batch<NewMessage>(items), cancel),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        Validation.Check(request);
        var batch = request.Settle is []
            ? null
            : new CheckedBatch<Settlement>("settle", request.Settle, Validation.Problem, static settlement => settlement.Id);
        var sound = batch is null ? request : request with { Settle = batch.Sound };

        if (sound is { Max: 0, Settle.Count: 0 })
            return new DequeueResult { Settled = batch!.Merge([]) };
        var answer = await (request.Wait == TimeSpan.Zero
            ? AnswerAsync(Queue(queue).DequeueAsync(sound, cancellationToken), cancellationToken)
            : WaitAsync(cancel => Queue(queue).WaitAndDequeueAsync(sound, cancel), request.Wait, cancellationToken)).ConfigureAwait(false);
        return batch is null ? answer : answer with { Settled = Merge(batch, answer.Settled) };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    ) =>
        BatchAsync(
            queue,
            new CheckedBatch<Settlement>("items", settlements, Validation.Problem, static settlement => settlement.Id),
            static (grain, items, cancel) => grain.SettleAsync(new Batch<Settlement>(items), cancel),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    ) =>
        BatchAsync(
            queue,
            new CheckedBatch<LeaseExtension>("items", extensions, Validation.Problem, static extension => extension.Id),
            static (grain, items, cancel) => grain.ExtendAsync([.. items], cancel),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckWatch(leases, wait);
        var grain = Queue(queue);
        var lost = await WaitAsync(cancel => grain.WatchLeasesAsync([.. leases], wait, cancel), wait, cancellationToken)
            .ConfigureAwait(false);
        return lost.Items;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    ) =>
        BatchAsync(
            queue,
            new CheckedBatch<Cancellation>("items", cancellations, Validation.Problem, static cancellation => cancellation.Id),
            static (grain, items, cancel) => grain.CancelAsync([.. items], cancel),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        Validation.CheckId(id);
        return await AnswerAsync(Queue(queue).RedriveAsync(id, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) =>
        await SweepAsync(Queue(queue).RedriveAllAsync(cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        await SweepAsync(Queue(queue).PurgeAsync(scope, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        Validation.CheckId(id);
        return await AnswerAsync(Queue(queue).GetMessageAsync(id, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) =>
        await AnswerAsync(Queue(queue).ListMessagesAsync(state, cursor, limit, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        filter ??= Metadata.Empty;
        Validation.CheckFilter(filter);
        return await AnswerAsync(Queue(queue).GetDepthAsync(state, filter, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        await AnswerAsync(Queue(queue).GetStatsAsync(cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
    {
        Validation.Check(search);
        return await WaitAsync(cancel => Index.SearchAsync(search, cancel), search.Wait, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    )
    {
        request ??= new HistoryRequest();
        Validation.Check(queue, id, request);
        return await WaitAsync(cancel => Index.GetHistoryAsync(queue, id, request, cancel), request.Wait, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new StatsRequest();
        Validation.Check(request);
        return await WaitAsync(cancel => Index.GetStatsAsync(request, cancel), request.Wait, cancellationToken).ConfigureAwait(false);
    }

    private IIndexGrain Index => grains.GetGrain<IIndexGrain>(0);

    private IQueueGrain Queue(string queue)
    {
        Validation.CheckQueueName(queue);
        return (_queues ??= QueueAddress.Of(grains, queue)).Get(grains, queue);
    }

    private async Task<IReadOnlyList<MessageResult>> BatchAsync<T>(
        string queue,
        CheckedBatch<T> batch,
        Func<IQueueGrain, IReadOnlyList<T>, CancellationToken, Task<Batch<MessageResult>>> send,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var grain = Queue(queue);
        if (batch.Sound.Count == 0)
            return batch.Merge([])!;
        try
        {
            return Merge(batch, (await LimitAsync(send(grain, batch.Sound, cancellationToken)).ConfigureAwait(false)).Items);
        }
        catch (Exception problem) when (IsNoAnswer(problem, cancellationToken))
        {
            throw Unavailable(problem);
        }
    }

    private static IReadOnlyList<MessageResult> Merge<T>(CheckedBatch<T> batch, IReadOnlyList<MessageResult>? answered)
        where T : class =>
        batch.Merge(answered)
        ?? throw new TimestoneException(
            ErrorCode.Unavailable,
            "The queue's grain answered another number of results than it was asked for."
        );

    // A grain that waits for nobody would lease messages to nobody: so it is told when its caller has given up.
    private async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var givenUp = outside is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, outside.GivenUp);
        try
        {
            return await call(givenUp?.Token ?? cancellationToken)
                .WaitAsync(wait + (outside?.Timeout ?? Margin), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception problem) when (IsNoAnswer(problem, cancellationToken))
        {
            throw Unavailable(problem);
        }
    }

    private Task<T> SweepAsync<T>(Task<T> call, CancellationToken cancellationToken) =>
        AnswerWithinAsync(outside is null ? call : call.WaitAsync(outside.GivenUp), cancellationToken);

    private Task<T> AnswerAsync<T>(Task<T> call, CancellationToken cancellationToken) =>
        AnswerWithinAsync(LimitAsync(call), cancellationToken);

    private Task<T> LimitAsync<T>(Task<T> call) => outside is null ? call : outside.LimitAsync(call);

    private static async Task<T> AnswerWithinAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (Exception problem) when (IsNoAnswer(problem, cancellationToken))
        {
            throw Unavailable(problem);
        }
    }

    private static bool IsNoAnswer(Exception problem, CancellationToken cancellationToken) =>
        problem is OrleansException or TimeoutException or IOException or ObjectDisposedException
        || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static TimestoneException Unavailable(Exception problem) =>
        new(
            ErrorCode.Unavailable,
            "The queue's silo did not answer; whether the operation took effect is unknown.",
            innerException: problem
        );

    // What the address of any queue has in common: finding it takes reflection, a tenth of a call.
    private sealed record QueueAddress(GrainType Type, GrainInterfaceType Interface)
    {
        public static QueueAddress Of(IGrainFactory grains, string queue)
        {
            var grain = (GrainReference)grains.GetGrain<IQueueGrain>(queue);
            return new QueueAddress(grain.GrainId.Type, grain.InterfaceType);
        }

        public IQueueGrain Get(IGrainFactory grains, string queue) => (IQueueGrain)grains.GetGrain(GrainId.Create(Type, queue), Interface);
    }
}
