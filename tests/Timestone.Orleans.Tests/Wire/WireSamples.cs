using Timestone.Grains;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Wire;

/// <summary>One of each record that grains are told or tell, with every field set.</summary>
internal static class WireSamples
{
    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);
    private static readonly Payload Json = Payload.FromJson("""{"a":1}"""u8.ToArray());
    private static readonly Metadata Pairs = Metadata.From([new("k", "v"), new("owner", "é")]);

    private static readonly Message Running = new()
    {
        Queue = "q",
        Id = "a",
        Life = "1-2",
        State = MessageState.Running,
        Payload = Payload.FromBytes(new byte[] { 0, 255 }),
        Metadata = Pairs,
        Priority = long.MinValue,
        Deadline = At,
        Version = 12,
        Attempt = 3,
        AttemptsLeft = 6,
        EnqueuedAt = At,
        UpdatedAt = At.AddSeconds(1),
        VisibleAt = At.AddSeconds(2),
        LeaseToken = "0123456789abcdef",
        LeaseExpiresAt = At.AddSeconds(3),
        Worker = "w",
        Error = "e",
        Result = Json,
        Progress = Json,
    };

    private static readonly Message Bare = new()
    {
        Queue = "q",
        Id = "c",
        State = MessageState.Pending,
        Metadata = Metadata.Empty,
        Priority = long.MaxValue,
        Version = 1,
        Attempt = 0,
        AttemptsLeft = 5,
        EnqueuedAt = At,
        UpdatedAt = At,
    };

    private static readonly NewMessage New = new()
    {
        Id = "a",
        Payload = Json,
        Metadata = Pairs,
        Priority = -5,
        Invisible = TimeSpan.FromSeconds(3),
        Lease = TimeSpan.FromSeconds(4),
    };

    private static readonly MessageResult Refused = MessageResult.Refused("a", ErrorCode.LeaseLost, "Gone.", "leaseToken");

    private static readonly MessageResult Done = new()
    {
        Id = "a",
        State = MessageState.Completed,
        Version = 3,
        Duplicate = true,
        LeaseExpiresAt = At,
    };

    private static readonly MessageResult Shortened = Done with { Omitted = OmittedText.Error };

    private static readonly Settlement Failure = Settlement.Fail("a", "0123456789abcdef", "e", invisible: TimeSpan.FromSeconds(4));

    private static readonly Settlement Completion = Settlement.Complete("a", "0123456789abcdef", Json);

    private static readonly Freshness Fresh = new() { NewestTransition = At, Lag = TimeSpan.FromSeconds(2), Incomplete = true };

    private static readonly QueueInfo Queue = new() { Name = "q", Settings = UnusualSettings.All, CreatedAt = At };

    private static readonly QueueStats Stats = new()
    {
        Queue = "q",
        At = At,
        Counts = new StateCounts(1, 2, 3, 4, 5, 6),
        OldestPending = TimeSpan.FromSeconds(8),
        Lateness = new Lateness { Dequeued = 1, Late = 2, Mean = TimeSpan.FromSeconds(3), Max = TimeSpan.FromSeconds(4) },
        Rates = new QueueRates(0.5, 1.5, 2.5, 3.5),
        Removed = new RemovalCounts(6, 7, 8),
    };

    /// <summary>The samples by name. Those with a list within are compared by their texts.</summary>
    public static IReadOnlyDictionary<string, object> All { get; } =
        new Dictionary<string, object>
        {
            ["settings"] = UnusualSettings.All,
            ["patch"] = new QueueSettingsPatch
            {
                Lease = TimeSpan.FromSeconds(1),
                Backoff = new BackoffPatch { Kind = BackoffKind.Fixed, Max = TimeSpan.FromSeconds(7) },
                MaxDepth = 5,
                EnqueueBlocked = false,
                Type = QueueType.Simple,
                ExclusivityKey = "k",
                PublishPayloads = true,
                ErroredRetention = TimeSpan.FromSeconds(8),
                MaxErrored = 6,
            },
            ["created"] = new CreateQueueResult(Queue, true),
            ["queue"] = Queue,
            ["new message"] = New,
            ["new message by times"] = new NewMessage { Deadline = At, VisibleAt = At },
            ["new message by offset"] = new NewMessage { PriorityOffset = TimeSpan.FromSeconds(-5) },
            ["message"] = Running,
            ["refused"] = Refused,
            ["done"] = Done,
            ["shortened"] = Shortened,
            ["failure"] = Failure,
            ["completion"] = Completion,
            ["extension"] = new LeaseExtension
            {
                Id = "a",
                LeaseToken = "0123456789abcdef",
                Lease = TimeSpan.FromSeconds(5),
                Progress = Json,
            },
            ["lease"] = new LeaseReference("a", "0123456789abcdef"),
            ["cancellation"] = new Cancellation { Id = "a", Reason = "r" },
            ["stats"] = Stats,
            ["stats with space"] = Stats with { Journal = new JournalSpace(JournalRoom.SettleOnly, 1, 2, 3) },
            ["dequeue"] = new DequeueRequest
            {
                Max = 7,
                Wait = TimeSpan.FromSeconds(1),
                Lease = TimeSpan.FromSeconds(2),
                Worker = "w",
                RequestId = "r",
                Filter = Pairs,
                Settle = [Failure, Completion],
            },
            ["dequeued"] = new DequeueResult { Messages = [Running], Settled = [Done, Refused] },
            ["dequeued without room"] = new DequeueResult { Settled = [Done], Error = new TimestoneError(ErrorCode.QueueFull, "Full.") },
            ["messages"] = new MessagePage([Running], "next"),
            ["queues"] = new QueuePage([Queue], null),
            ["search"] = new MessageSearch
            {
                Queue = "q",
                State = MessageState.Errored,
                Filter = Pairs,
                Worker = "w",
                Error = "e",
                MinPriority = -1,
                MaxPriority = 1,
                EnqueuedFrom = At,
                EnqueuedBefore = At.AddDays(1),
                UpdatedFrom = At,
                UpdatedBefore = At.AddDays(2),
                Order = SearchOrder.Updated,
                Descending = true,
                Cursor = "c",
                Limit = 7,
                After = new IndexedWrite("q", "a", 3),
                Wait = TimeSpan.FromSeconds(1),
            },
            ["history"] = new HistoryRequest
            {
                After = 3,
                Wait = TimeSpan.FromSeconds(1),
                Cursor = "c",
                Limit = 7,
            },
            ["search stats"] = new StatsRequest
            {
                Queue = "q",
                After = new IndexedWrite("q", "a", 3),
                Wait = TimeSpan.FromSeconds(1),
            },
            ["new messages"] = new Batch<NewMessage>([
                New,
                New with
                {
                    Id = "b",
                },
                new NewMessage
                {
                    Id = null,
                    Deadline = At.ToOffset(TimeSpan.FromHours(2)),
                    VisibleAt = At,
                },
                new NewMessage(),
            ]),
            ["new messages by offset"] = new Batch<NewMessage>([
                New with
                {
                    Priority = null,
                    PriorityOffset = TimeSpan.FromSeconds(-5),
                },
                new NewMessage(),
                new NewMessage { PriorityOffset = TimeSpan.Zero },
            ]),
            ["results"] = new Batch<MessageResult>([Done, Refused, Done with { Duplicate = false }, new MessageResult(), Shortened]),
            ["lost leases"] = new Batch<MessageResult>([Refused with { State = MessageState.Canceled, Version = 4 }]),
            ["settlements"] = new Batch<Settlement>([
                Failure,
                Completion,
                Settlement.Fail("a", "0123456789abcdef", permanent: true),
                Settlement.Release("a", "0123456789abcdef"),
            ]),
            ["batch of messages"] = new Batch<Message>([
                Running,
                Running with
                {
                    Id = "b",
                    Queue = "p",
                    Worker = null,
                    Metadata = Metadata.Empty,
                },
                Bare,
            ]),
            ["no messages"] = new Batch<Message>([]),
            ["purged"] = new StateCounts(1, 2, 3, 4, 5, 6),
            ["problem"] = new TimestoneError(ErrorCode.LeaseLost, "Gone.", "leaseToken"),
            ["found"] = new SearchPage([], "next", Fresh),
            ["transitions"] = new MessageHistory([], "next", Fresh, Incomplete: true),
            ["indexed"] = new SearchStats([], Fresh),
            ["exception"] = new TimestoneException(ErrorCode.InvalidArgument, "Bad.", "id"),
        };

    /// <summary>What a record says, lists within it too.</summary>
    public static string Text(object sample) => sample switch
    {
        TimestoneException problem => problem.Error.ToString(),
        DequeueRequest request => $"{request with { Settle = [] }} {string.Join(' ', request.Settle)}",
        DequeueResult result => $"{string.Join(' ', result.Messages)} {string.Join(' ', result.Settled ?? [])}",
        SearchPage page => (page with { Messages = [] }).ToString(),
        MessageHistory page => (page with { Transitions = [] }).ToString(),
        SearchStats stats => (stats with { Queues = [] }).ToString(),
        MessagePage page => $"{string.Join(' ', page.Messages)} {page.Next}",
        QueuePage page => $"{string.Join(' ', page.Queues)} {page.Next}",
        Batch<NewMessage> batch => string.Join(' ', batch.Items),
        Batch<MessageResult> batch => string.Join(' ', batch.Items),
        Batch<Settlement> batch => string.Join(' ', batch.Items),
        Batch<Message> batch => string.Join(' ', batch.Items),
        _ => sample.ToString()!,
    };
}
