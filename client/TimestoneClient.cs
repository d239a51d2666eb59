using Timestone.Client.Grpc;
using Timestone.Client.Http;
using Timestone.Client.Sending;
using Timestone.Client.Telemetry;
using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>
/// <see cref="ITimestone"/> over REST or gRPC, as the addresses say. Thread-safe; one instance serves a whole program. What passes by
/// itself (no connection, no answer in time, the server unavailable) is tried again, with growing waits, for
/// <see cref="TimestoneClientOptions.RetryFor"/>; then <see cref="ErrorCode.Unavailable"/> is thrown.
/// </summary>
/// <remarks>
/// Messages without an id and dequeues without a request id are given one before the first try, so that no try of one
/// call can do twice what another has done.
/// </remarks>
public sealed class TimestoneClient : ITimestone, IDisposable
{
    /// <summary>
    /// The name of the <see cref="HttpClient"/> that <c>AddTimestoneClient</c> sends with; of a keyed one a dot and its key follow.
    /// </summary>
    public const string HttpClientName = "Timestone";

    /// <summary>The name of the meter of clients and workers, and of the source of their activities.</summary>
    public const string TelemetryName = "Timestone.Client";

    // Has the calls as they are checked here.
    private readonly ITimestone _transport;
    private readonly Func<string, IReadOnlyList<NewMessage>, CancellationToken, Task<IReadOnlyList<MessageResult>>> _enqueue;

    /// <summary>A client of the server at an address, or of several of which one is active.</summary>
    /// <exception cref="ArgumentException">There is no address, or one that is not an absolute http, https, grpc or grpcs one.</exception>
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
        : this(
            options,
            validated => new HttpClient(handler ?? Connections.Pooled(validated), disposeHandler: handler is null)
            {
                Timeout = Timeout.InfiniteTimeSpan,
            },
            timeProvider
        )
    {
    }

    internal TimestoneClient(TimestoneClientOptions options, Func<TimestoneClientOptions, HttpClient> http, TimeProvider? timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Validated();
        timeProvider ??= TimeProvider.System;
        _transport = options.Protocol == TimestoneProtocol.Grpc
            ? new GrpcTimestone(options, http(options), timeProvider)
            : new HttpTimestone(options, http(options), timeProvider);
        _enqueue = options.GatherEnqueues
            ? new GatheredEnqueues(_transport.EnqueueAsync, timeProvider).EnqueueAsync
            : _transport.EnqueueAsync;
    }

    /// <summary>What feeds a worker by a stream; null over REST.</summary>
    internal IWorkStreams? Streams => _transport as IWorkStreams;

    /// <summary>How the servers answer.</summary>
    internal IServers Servers => (IServers)_transport;

    /// <summary>Closes the connections.</summary>
    public void Dispose() => ((IDisposable)_transport).Dispose();

    /// <inheritdoc/>
    public async Task<CreateQueueResult> CreateQueueAsync(
        string queue,
        QueueSettings settings,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        Validation.Check(settings);
        return await _transport.CreateQueueAsync(queue, settings, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        return _transport.GetQueueAsync(queue, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _transport.ListQueuesAsync(cursor, limit, cancellationToken);

    /// <inheritdoc/>
    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        Validation.Check(patch);
        return _transport.UpdateQueueAsync(queue, patch, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        return _transport.DeleteQueueAsync(queue, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        var batch = new CheckedBatch<NewMessage>("messages", messages, Validation.Problem, static message => message.Id);
        Validation.CheckBatchBytes(messages);
        using var activity = MessagingActivity.Send(queue, messages.Count);
        try
        {
            var results = await SendBatchAsync(
                batch,
                sound => _enqueue(
                    queue,
                    [.. sound.Select(static message => message.Id is null ? message with { Id = NewId() } : message)],
                    cancellationToken
                )
            )
                .ConfigureAwait(false);
            activity.Sent(results);
            return results;
        }
        catch (TimestoneException problem)
        {
            activity.Failed(problem.Code.ToString(), problem.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        Validation.Check(request);
        if (request.Max > 0 && request.RequestId is null)
            request = request with { RequestId = NewId() };
        if (request.Settle.Count == 0)
            return await _transport.DequeueAsync(queue, request, cancellationToken).ConfigureAwait(false);

        var batch = new CheckedBatch<Settlement>("settle", request.Settle, Validation.Problem, static settlement => settlement.Id);
        if (batch.Sound.Count == 0 && request.Max == 0)
            return new DequeueResult { Settled = batch.Merge([]) };
        var result = await _transport
            .DequeueAsync(queue, request with { Settle = batch.Sound }, cancellationToken)
            .ConfigureAwait(false);
        return result with { Settled = batch.Merge(result.Settled) ?? throw WrongCount() };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        var batch = new CheckedBatch<Settlement>("items", settlements, Validation.Problem, static settlement => settlement.Id);
        return await SendBatchAsync(batch, sound => _transport.SettleAsync(queue, sound, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        var batch = new CheckedBatch<LeaseExtension>("items", extensions, Validation.Problem, static extension => extension.Id);
        return await SendBatchAsync(batch, sound => _transport.ExtendAsync(queue, sound, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        Validation.CheckWatch(leases, wait);
        return _transport.WatchLeasesAsync(queue, leases, wait, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        var batch = new CheckedBatch<Cancellation>("items", cancellations, Validation.Problem, static cancellation => cancellation.Id);
        return await SendBatchAsync(batch, sound => _transport.CancelAsync(queue, sound, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        CheckMessage(queue, id);
        return _transport.RedriveAsync(queue, id, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        return _transport.RedriveAllAsync(queue, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        return _transport.PurgeAsync(queue, scope, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        CheckMessage(queue, id);
        return _transport.GetMessageAsync(queue, id, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        return _transport.ListMessagesAsync(queue, state, cursor, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        Validation.CheckQueueName(queue);
        Validation.CheckFilter(filter ?? Metadata.Empty);
        return await _transport.GetDepthAsync(queue, state, filter, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default)
    {
        Validation.CheckQueueName(queue);
        return _transport.GetStatsAsync(queue, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
    {
        Validation.Check(search);
        return await _transport.SearchMessagesAsync(search, cancellationToken).ConfigureAwait(false);
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
        return await _transport.GetHistoryAsync(queue, id, request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new StatsRequest();
        Validation.Check(request);
        return await _transport.GetSearchStatsAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static string NewId() => Guid.CreateVersion7().ToString("N");

    private static void CheckMessage(string queue, string id)
    {
        Validation.CheckQueueName(queue);
        Validation.CheckId(id);
    }

    private static async Task<IReadOnlyList<MessageResult>> SendBatchAsync<T>(
        CheckedBatch<T> batch,
        Func<IReadOnlyList<T>, Task<IReadOnlyList<MessageResult>>> send
    )
        where T : class =>
        batch.Merge(batch.Sound.Count == 0 ? [] : await send(batch.Sound).ConfigureAwait(false)) ?? throw WrongCount();

    private static TimestoneException WrongCount() =>
        new(
            ErrorCode.Unavailable,
            "The server's answer is not understood: it does not answer each item. Is this a Timestone server, and of this version? "
                + "The outcome is unknown."
        );
}
