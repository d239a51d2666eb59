using System.Net;
using System.Text.Json.Serialization.Metadata;
using Timestone.Client.Http;
using Timestone.Json;

namespace Timestone.Client;

/// <summary>
/// <see cref="ITimestone"/> over HTTP. Thread-safe; one instance serves a whole program. What passes by itself (no
/// connection, no answer in time, the server unavailable) is tried again, with growing waits, for
/// <see cref="TimestoneClientOptions.RetryFor"/>; then <see cref="ErrorCode.Unavailable"/> is thrown.
/// </summary>
/// <remarks>
/// Messages without an id and dequeues without a request id are given one before the first try, so that no try of one
/// call can do twice what another has done.
/// </remarks>
public sealed class TimestoneClient : ITimestone, IDisposable
{
    private readonly HttpTransport _transport;

    /// <summary>A client of the server at an address, or of several of which one is active.</summary>
    /// <exception cref="ArgumentException">There is no address, or one that is not an absolute http or https one.</exception>
    public TimestoneClient(params Uri[] addresses)
        : this(new TimestoneClientOptions { Addresses = addresses })
    {
    }

    /// <summary>A client with options of its own.</summary>
    /// <param name="options">The options; later changes to them have no effect.</param>
    /// <param name="handler">What sends the requests instead of a pool of connections of the client's own; not disposed with it.</param>
    /// <param name="timeProvider">The clock of timeouts and retries; null means the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    public TimestoneClient(TimestoneClientOptions options, HttpMessageHandler? handler = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _transport = new HttpTransport(options.Validated(), handler, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _transport.Dispose();

    /// <inheritdoc/>
    public async Task<CreateQueueResult> CreateQueueAsync(
        string queue,
        QueueSettings settings,
        CancellationToken cancellationToken = default
    )
    {
        Validation.Check(settings);
        var answer = await _transport
            .SendAsync(
                new HttpCall(HttpMethod.Put, Routes.Queue(queue), RequestJson.Write(settings, TimestoneJson.Default.QueueSettings)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return new CreateQueueResult(answer.Read(AnswerJson.Default.QueueInfo), answer.Status == HttpStatusCode.Created);
    }

    /// <inheritdoc/>
    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        GetAsync(Routes.Queue(queue), AnswerJson.Default.QueueInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default) =>
        GetAsync(Routes.Queues(cursor, limit), AnswerJson.Default.QueuePage, cancellationToken);

    /// <inheritdoc/>
    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default)
    {
        Validation.Check(patch);
        return SendAsync(
            new HttpCall(HttpMethod.Patch, Routes.Queue(queue), RequestJson.Write(patch, TimestoneJson.Default.QueueSettingsPatch)),
            AnswerJson.Default.QueueInfo,
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        var answer = await _transport
            .SendAsync(new HttpCall(HttpMethod.Delete, Routes.Queue(queue)), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            answer.ThrowIfRefused();
        }
        catch (TimestoneException refusal) when (refusal.Code == ErrorCode.QueueNotFound && answer.Repeated)
        {
            // A try whose answer was lost deleted it, or it was not there: either way it is gone, as was asked.
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    )
    {
        var batch = new CheckedBatch<NewMessage>("messages", messages, Validation.Problem, static message => message.Id);
        Validation.CheckBatchBytes(messages);
        var named = batch.Sound.Select(static message => message.Id is null ? message with { Id = NewId() } : message).ToArray();
        return await SendBatchAsync(
                batch,
                Routes.Messages(queue),
                RequestJson.Write(new MessageList(named), TimestoneJson.Default.MessageList),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        Validation.Check(request);
        if (request.Max > 0 && request.RequestId is null)
            request = request with { RequestId = NewId() };
        var batch = request.Settle.Count == 0
            ? null
            : new CheckedBatch<Settlement>("settle", request.Settle, Validation.Problem, static settlement => settlement.Id);
        if (batch is { Sound.Count: 0 } && request.Max == 0)
            return new DequeueResult { Settled = batch.Merge([]) };

        var body = RequestJson.Write(request with { Settle = batch?.Sound ?? [] }, TimestoneJson.Default.DequeueRequest);
        var answer = await _transport
            .SendAsync(new HttpCall(HttpMethod.Post, Routes.Dequeue(queue), body, request.Wait), cancellationToken)
            .ConfigureAwait(false);
        var result = answer.Read(AnswerJson.Default.DequeueResult);
        return batch is null
            ? result
            : result with { Settled = batch.Merge(result.Settled) ?? throw answer.NotUnderstood("it does not answer each settlement") };
    }

    /// <inheritdoc/>
    /// <remarks>One request whatever the actions: a dequeue of no messages settles them all in one commit.</remarks>
    public async Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckBatch("items", settlements);
        return (
            await DequeueAsync(queue, new DequeueRequest { Max = 0, Settle = settlements }, cancellationToken).ConfigureAwait(false)
        ).Settled!;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    )
    {
        var batch = new CheckedBatch<LeaseExtension>("items", extensions, Validation.Problem, static extension => extension.Id);
        return SendBatchAsync(
            batch,
            Routes.Extend(queue),
            RequestJson.Write(new ItemList<LeaseExtension>(batch.Sound), TimestoneJson.Default.LeaseExtensions),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    )
    {
        var batch = new CheckedBatch<Cancellation>("items", cancellations, Validation.Problem, static cancellation => cancellation.Id);
        return SendBatchAsync(
            batch,
            Routes.Cancel(queue),
            RequestJson.Write(new ItemList<Cancellation>(batch.Sound), TimestoneJson.Default.Cancellations),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        PostAsync(Routes.Redrive(queue, id), AnswerJson.Default.MessageResult, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) =>
        (await PostAsync(Routes.RedriveAll(queue), AnswerJson.Default.CountAnswer, cancellationToken).ConfigureAwait(false)).Count;

    /// <inheritdoc/>
    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        PostAsync(Routes.Purge(queue, scope), AnswerJson.Default.StateCounts, cancellationToken);

    /// <inheritdoc/>
    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        GetAsync(Routes.Message(queue, id), AnswerJson.Default.Message, cancellationToken);

    /// <inheritdoc/>
    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) => GetAsync(Routes.Messages(queue, state, cursor, limit), AnswerJson.Default.MessagePage, cancellationToken);

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckFilter(filter ?? Metadata.Empty);
        return (
            await GetAsync(Routes.Depth(queue, state, filter), AnswerJson.Default.CountAnswer, cancellationToken).ConfigureAwait(false)
        ).Count;
    }

    /// <inheritdoc/>
    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) =>
        GetAsync(Routes.Stats(queue), AnswerJson.Default.QueueStats, cancellationToken);

    /// <inheritdoc/>
    public async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
    {
        Validation.Check(search);
        return await ReadIndexAsync(
                Routes.Search(search),
                search.After is not null,
                search.Wait,
                AnswerJson.Default.SearchPage,
                cancellationToken
            )
            .ConfigureAwait(false);
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
        return await ReadIndexAsync(
                Routes.History(queue, id, request),
                request.After is not null,
                request.Wait,
                AnswerJson.Default.MessageHistory,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new StatsRequest();
        Validation.Check(request);
        return await ReadIndexAsync(
                Routes.SearchStats(request),
                request.After is not null,
                request.Wait,
                AnswerJson.Default.SearchStats,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static string NewId() => Guid.CreateVersion7().ToString("N");

    private static void Required(string field, object? argument)
    {
        if (argument is null)
            throw Validation.Invalid(field, $"{field} must not be null.");
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Get, path), type, cancellationToken);

    // A read that has waited for a write as long as it was to has its answer.
    private Task<T> ReadIndexAsync<T>(string path, bool waits, TimeSpan wait, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Get, path, Wait: waits ? wait : default, RetryRefusals: !waits), type, cancellationToken);

    private Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Post, path), type, cancellationToken);

    private async Task<T> SendAsync<T>(HttpCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await _transport.SendAsync(call, cancellationToken).ConfigureAwait(false)).Read(type);

    private async Task<IReadOnlyList<MessageResult>> SendBatchAsync<T>(
        CheckedBatch<T> batch,
        string path,
        byte[] body,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (batch.Sound.Count == 0)
            return batch.Merge([])!;
        var answer = await _transport.SendAsync(new HttpCall(HttpMethod.Post, path, body), cancellationToken).ConfigureAwait(false);
        return batch.Merge(answer.Read(AnswerJson.Default.ResultList).Results)
            ?? throw answer.NotUnderstood("it does not answer each item");
    }
}
