using System.Threading.Channels;
using Shouldly;
using Timestone.Tests.Support;

namespace Timestone.Tests.Client.Support;

/// <summary>
/// The service as a conversation: each call of the worker is handed to the test, which answers it when and how it likes.
/// </summary>
internal sealed class ScriptedTimestone(ManualTimeProvider clock) : ITimestone
{
    private readonly Channel<ServiceCall<DequeueRequest, DequeueResult>> _dequeues = Channel.CreateUnbounded<
        ServiceCall<DequeueRequest, DequeueResult>
    >();
    private readonly Channel<ServiceCall<IReadOnlyList<Settlement>, IReadOnlyList<MessageResult>>> _settles = Channel.CreateUnbounded<
        ServiceCall<IReadOnlyList<Settlement>, IReadOnlyList<MessageResult>>
    >();
    private readonly Channel<ServiceCall<IReadOnlyList<LeaseExtension>, IReadOnlyList<MessageResult>>> _extends = Channel.CreateUnbounded<
        ServiceCall<IReadOnlyList<LeaseExtension>, IReadOnlyList<MessageResult>>
    >();

    public int DequeuesNotSeen => _dequeues.Reader.Count;

    public int SettlesNotSeen => _settles.Reader.Count;

    public int ExtendsNotSeen => _extends.Reader.Count;

    public Task<ServiceCall<DequeueRequest, DequeueResult>> DequeueAsync() => _dequeues.Reader.ReadAsync().AsTask().Guarded("a dequeue");

    public Task<ServiceCall<IReadOnlyList<Settlement>, IReadOnlyList<MessageResult>>> SettleAsync() =>
        _settles.Reader.ReadAsync().AsTask().Guarded("a settle");

    public Task<ServiceCall<IReadOnlyList<LeaseExtension>, IReadOnlyList<MessageResult>>> ExtendAsync() =>
        _extends.Reader.ReadAsync().AsTask().Guarded("an extend");

    /// <summary>Messages leased now.</summary>
    public DequeueResult Leases(TimeSpan lease, params string[] ids) => new() { Messages = [.. ids.Select(id => Leased(id, lease))] };

    /// <summary>Messages leased now for 30 seconds.</summary>
    public DequeueResult Leases(params string[] ids) => Leases(TimeSpan.FromSeconds(30), ids);

    public static MessageResult[] Fine(int count) => [.. Enumerable.Repeat(new MessageResult(), count)];

    public static MessageResult[] Refused(ErrorCode code) => [MessageResult.Refused("m", code, $"refused with {code}")];

    Task<DequeueResult> ITimestone.DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken) =>
        Hand(_dequeues, queue, request, cancellationToken);

    Task<IReadOnlyList<MessageResult>> ITimestone.SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => Hand(_settles, queue, settlements, cancellationToken);

    Task<IReadOnlyList<MessageResult>> ITimestone.ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken
    ) => Hand(_extends, queue, extensions, cancellationToken);

    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken = default) => throw NoBusinessOfAWorker();

    public Task<QueuePage> ListQueuesAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken = default) => throw NoBusinessOfAWorker();

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait = default,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken = default) => throw NoBusinessOfAWorker();

    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<long> GetDepthAsync(
        string queue,
        MessageState? state = null,
        Metadata? filter = null,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default) => throw NoBusinessOfAWorker();

    public Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    public Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest? request = null,
        CancellationToken cancellationToken = default
    ) => throw NoBusinessOfAWorker();

    public Task<SearchStats> GetSearchStatsAsync(StatsRequest? request = null, CancellationToken cancellationToken = default) =>
        throw NoBusinessOfAWorker();

    private static Task<TAnswer> Hand<TRequest, TAnswer>(
        Channel<ServiceCall<TRequest, TAnswer>> calls,
        string queue,
        TRequest request,
        CancellationToken cancellationToken
    )
    {
        queue.ShouldStartWith("q");
        var call = new ServiceCall<TRequest, TAnswer>(request, cancellationToken);
        var answer = call.AnswerAsync();
        calls.Writer.TryWrite(call);
        return answer;
    }

    private static InvalidOperationException NoBusinessOfAWorker() => new("A worker has no business here.");

    private Message Leased(string id, TimeSpan lease) => new()
    {
        Queue = "q",
        Id = id,
        State = MessageState.Running,
        Metadata = Metadata.Empty,
        Priority = 1,
        Version = 2,
        Attempt = 1,
        AttemptsLeft = 4,
        EnqueuedAt = ManualTimeProvider.Start,
        UpdatedAt = clock.GetUtcNow(),
        LeaseExpiresAt = clock.GetUtcNow() + lease,
        LeaseToken = $"token of {id}",
    };
}
