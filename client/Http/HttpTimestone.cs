using System.Net;
using System.Text.Json.Serialization.Metadata;
using Timestone.Client.Sending;
using Timestone.Json;

namespace Timestone.Client.Http;

/// <summary>Calls that <see cref="TimestoneClient"/> has checked, over REST.</summary>
internal sealed class HttpTimestone(TimestoneClientOptions options, HttpClient http, TimeProvider timeProvider)
    : ITimestone,
        IServers,
        IDisposable
{
    private readonly Retries<HttpCall, HttpReply> _retries = new(
        new HttpSender(options, http, timeProvider),
        options,
        timeProvider
    );

    public event Action<string?>? Tried
    {
        add => _retries.Tried += value;
        remove => _retries.Tried -= value;
    }

    public void Dispose() => _retries.Dispose();

    public async Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, Routes.Queue(queue), RequestJson.Write(settings, TimestoneJson.Default.QueueSettings));
        var answer = await AskAsync(call, cancellationToken).ConfigureAwait(false);
        return new CreateQueueResult(answer.Read(AnswerJson.Default.QueueInfo), answer.Status == HttpStatusCode.Created);
    }

    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken) =>
        GetAsync(Routes.Queue(queue), AnswerJson.Default.QueueInfo, cancellationToken);

    public Task<QueuePage> ListQueuesAsync(string? cursor, int limit, CancellationToken cancellationToken) =>
        GetAsync(Routes.Queues(cursor, limit), AnswerJson.Default.QueuePage, cancellationToken);

    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken) =>
        SendAsync(
            new HttpCall(HttpMethod.Patch, Routes.Queue(queue), RequestJson.Write(patch, TimestoneJson.Default.QueueSettingsPatch)),
            AnswerJson.Default.QueueInfo,
            cancellationToken
        );

    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(new HttpCall(HttpMethod.Delete, Routes.Queue(queue)), cancellationToken).ConfigureAwait(false);
        try
        {
            answer.ThrowIfRefused();
        }
        catch (TimestoneException refusal) when (refusal.Code == ErrorCode.QueueNotFound && answer.Repeated)
        {
            // A try whose answer was lost deleted it, or it was not there: either way it is gone, as was asked.
        }
    }

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken
    ) => BatchAsync(Routes.Messages(queue), new MessageList(messages), TimestoneJson.Default.MessageList, cancellationToken);

    public async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken)
    {
        var body = RequestJson.Write(request, TimestoneJson.Default.DequeueRequest);
        var call = new HttpCall(HttpMethod.Post, Routes.Dequeue(queue), body, request.Wait);
        return (await AskAsync(call, cancellationToken).ConfigureAwait(false)).Read(AnswerJson.Default.DequeueResult);
    }

    /// <remarks>One request whatever the actions: a dequeue of no messages settles them all in one commit.</remarks>
    public async Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        var request = new DequeueRequest { Max = 0, Settle = settlements };
        return (await DequeueAsync(queue, request, cancellationToken).ConfigureAwait(false)).Settled ?? [];
    }

    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken
    ) =>
        BatchAsync(
            Routes.Extend(queue),
            new ItemList<LeaseExtension>(extensions),
            TimestoneJson.Default.LeaseExtensions,
            cancellationToken
        );

    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait,
        CancellationToken cancellationToken
    ) =>
        BatchAsync(
            Routes.WatchLeases(queue),
            new LeaseWatch(leases) { Wait = wait },
            TimestoneJson.Default.LeaseWatch,
            cancellationToken,
            wait
        );

    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken
    ) =>
        BatchAsync(
            Routes.Cancel(queue),
            new ItemList<Cancellation>(cancellations),
            TimestoneJson.Default.Cancellations,
            cancellationToken
        );

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken) =>
        PostAsync(Routes.Redrive(queue, id), AnswerJson.Default.MessageResult, cancellationToken);

    public async Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken) =>
        (await PostAsync(Routes.RedriveAll(queue), AnswerJson.Default.CountAnswer, cancellationToken).ConfigureAwait(false)).Count;

    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken) =>
        PostAsync(Routes.Purge(queue, scope), AnswerJson.Default.StateCounts, cancellationToken);

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken) =>
        GetAsync(Routes.Message(queue, id), AnswerJson.Default.Message, cancellationToken);

    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    ) => GetAsync(Routes.Messages(queue, state, cursor, limit), AnswerJson.Default.MessagePage, cancellationToken);

    public async Task<long> GetDepthAsync(string queue, MessageState? state, Metadata? filter, CancellationToken cancellationToken) =>
        (
            await GetAsync(Routes.Depth(queue, state, filter), AnswerJson.Default.CountAnswer, cancellationToken).ConfigureAwait(false)
        ).Count;

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken) =>
        GetAsync(Routes.Stats(queue), AnswerJson.Default.QueueStats, cancellationToken);

    public Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken) =>
        ReadIndexAsync(Routes.Search(search), search.After is not null, search.Wait, AnswerJson.Default.SearchPage, cancellationToken);

    public Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest? request, CancellationToken cancellationToken) =>
        ReadIndexAsync(
            Routes.History(queue, id, request!),
            request!.After is not null,
            request.Wait,
            AnswerJson.Default.MessageHistory,
            cancellationToken
        );

    public Task<SearchStats> GetSearchStatsAsync(StatsRequest? request, CancellationToken cancellationToken) =>
        ReadIndexAsync(
            Routes.SearchStats(request!),
            request!.After is not null,
            request.Wait,
            AnswerJson.Default.SearchStats,
            cancellationToken
        );

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Get, path), type, cancellationToken);

    // A read that has waited for a write as long as it was to has its answer.
    private Task<T> ReadIndexAsync<T>(string path, bool waits, TimeSpan wait, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Get, path, Wait: waits ? wait : default, RetryRefusals: !waits), type, cancellationToken);

    private Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpCall(HttpMethod.Post, path), type, cancellationToken);

    private async Task<IReadOnlyList<MessageResult>> BatchAsync<T>(
        string path,
        T batch,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken,
        TimeSpan wait = default
    )
    {
        var call = new HttpCall(HttpMethod.Post, path, RequestJson.Write(batch, type), wait);
        return (await SendAsync(call, AnswerJson.Default.ResultList, cancellationToken).ConfigureAwait(false)).Results;
    }

    private async Task<T> SendAsync<T>(HttpCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await AskAsync(call, cancellationToken).ConfigureAwait(false)).Read(type);

    private async Task<HttpAnswer> AskAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var (reply, repeated) = await _retries.SendAsync(call, call.Wait, cancellationToken).ConfigureAwait(false);
        return new HttpAnswer(reply.Status, reply.Body, repeated);
    }
}
