using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>Every limit from both sides: what is just allowed is taken, what is just over it is refused with its field.</summary>
public abstract class ValidationTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private const string LoneSurrogate = "a\ud800b";
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private static readonly Dictionary<string, (string Field, QueueSettings Settings)> BadSettings = new()
    {
        ["exclusive without a key"] = ("exclusivityKey", Plain with { Type = QueueType.Exclusive }),
        ["exclusive with an empty key"] = ("exclusivityKey", Exclusive with { ExclusivityKey = "" }),
        ["exclusive with a key of other characters"] = ("exclusivityKey", Exclusive with { ExclusivityKey = "a b" }),
        ["exclusive with too long a key"] = (
            "exclusivityKey",
            Exclusive with
            {
                ExclusivityKey = new string('k', Limits.MaxMetadataKeyLength + 1),
            }
        ),
        ["simple with a key"] = ("exclusivityKey", Plain with { ExclusivityKey = "owner" }),
        ["too short a lease"] = ("leaseSeconds", Plain with { Lease = Limits.MinLease - Moment }),
        ["too long a lease"] = ("leaseSeconds", Plain with { Lease = Limits.MaxLease + Moment }),
        ["a negative invisibility"] = ("invisibleSeconds", Plain with { Invisible = -Moment }),
        ["too long an invisibility"] = ("invisibleSeconds", Plain with { Invisible = Limits.MaxInvisible + Moment }),
        ["no attempts"] = ("maxAttempts", Plain with { MaxAttempts = 0 }),
        ["too many attempts"] = ("maxAttempts", Plain with { MaxAttempts = 1001 }),
        ["a negative backoff"] = ("backoff.initialSeconds", Plain with { Backoff = new Backoff { Initial = -Moment } }),
        ["too long a first backoff"] = (
            "backoff.initialSeconds",
            Plain with
            {
                Backoff = new Backoff { Initial = Limits.MaxBackoff + Moment, Max = Limits.MaxBackoff + Moment },
            }
        ),
        ["a longest backoff shorter than the first"] = (
            "backoff.maxSeconds",
            Plain with
            {
                Backoff = new Backoff { Initial = Seconds(2), Max = Seconds(1) },
            }
        ),
        ["too long a longest backoff"] = ("backoff.maxSeconds", Plain with { Backoff = new Backoff { Max = Limits.MaxBackoff + Moment } }),
        ["a negative retention"] = ("retentionSeconds", Plain with { Retention = -Moment }),
        ["too long a retention"] = ("retentionSeconds", Plain with { Retention = Limits.MaxRetention + Moment }),
        ["a negative errored retention"] = ("erroredRetentionSeconds", Plain with { ErroredRetention = -Moment }),
        ["too long an errored retention"] = ("erroredRetentionSeconds", Plain with { ErroredRetention = Limits.MaxRetention + Moment }),
        ["a negative count of errored messages"] = ("maxErrored", Plain with { MaxErrored = -1 }),
        ["a negative depth"] = ("maxDepth", Plain with { MaxDepth = -1 }),
        ["a negative payload size"] = ("maxPayloadBytes", Plain with { MaxPayloadBytes = -1 }),
        ["too large a payload size"] = ("maxPayloadBytes", Plain with { MaxPayloadBytes = Limits.MaxPayloadBytes + 1 }),
    };

    private static readonly string LongName = new('n', 128);

    private static readonly Dictionary<string, (string Field, NewMessage Message)> BadMessages = new()
    {
        ["an empty id"] = ("id", new NewMessage { Id = "" }),
        ["an id of one dot"] = ("id", new NewMessage { Id = "." }),
        ["an id of two dots"] = ("id", new NewMessage { Id = ".." }),
        ["an id with a slash"] = ("id", new NewMessage { Id = "a/b" }),
        ["an id with a space"] = ("id", new NewMessage { Id = "a b" }),
        ["an id with a letter of another alphabet"] = ("id", new NewMessage { Id = "é" }),
        ["too long an id"] = ("id", new NewMessage { Id = new string('i', Limits.MaxIdLength + 1) }),
        ["too many pairs"] = ("metadata", new NewMessage { Metadata = Many(Limits.MaxMetadataPairs + 1) }),
        ["an empty key"] = ("metadata", new NewMessage { Metadata = Metadata.Of("", "v") }),
        ["a key of other characters"] = ("metadata", new NewMessage { Metadata = Metadata.Of("a:b", "v") }),
        ["too long a key"] = ("metadata", new NewMessage { Metadata = Metadata.Of(new string('k', Limits.MaxMetadataKeyLength + 1), "v") }),
        ["too long a value"] = (
            "metadata.k",
            new NewMessage { Metadata = Metadata.Of("k", new string('v', Limits.MaxMetadataValueLength + 1)) }
        ),
        ["a value that is no text"] = ("metadata.k", new NewMessage { Metadata = Metadata.Of("k", LoneSurrogate) }),
        ["a priority and a deadline"] = ("deadline", new NewMessage { Priority = 1, Deadline = DateTimeOffset.UnixEpoch }),
        ["a priority and an offset"] = ("priorityOffsetSeconds", new NewMessage { Priority = 1, PriorityOffset = Moment }),
        ["a deadline and an offset"] = (
            "priorityOffsetSeconds",
            new NewMessage { Deadline = DateTimeOffset.UnixEpoch, PriorityOffset = TimeSpan.Zero }
        ),
        ["too early an offset"] = ("priorityOffsetSeconds", new NewMessage { PriorityOffset = -Limits.MaxPriorityOffset - Moment }),
        ["too late an offset"] = ("priorityOffsetSeconds", new NewMessage { PriorityOffset = Limits.MaxPriorityOffset + Moment }),
        ["two times to become visible"] = ("visibleAt", new NewMessage { Invisible = Seconds(1), VisibleAt = DateTimeOffset.UnixEpoch }),
        ["a negative invisibility"] = ("invisibleSeconds", new NewMessage { Invisible = -Moment }),
        ["too long an invisibility"] = ("invisibleSeconds", new NewMessage { Invisible = Limits.MaxInvisible + Moment }),
        ["too short a lease"] = ("leaseSeconds", new NewMessage { Lease = Limits.MinLease - Moment }),
        ["too long a lease"] = ("leaseSeconds", new NewMessage { Lease = Limits.MaxLease + Moment }),
    };

    private static readonly Dictionary<string, (string Field, DequeueRequest Request)> BadDequeues = new()
    {
        ["of none"] = ("max", new DequeueRequest { Max = 0 }),
        ["of less than none"] = ("max", new DequeueRequest { Max = -1, Settle = [Settlement.Complete("a", "0")] }),
        ["of too many"] = ("max", new DequeueRequest { Max = Limits.MaxBatch + 1 }),
        ["with a negative wait"] = ("waitSeconds", new DequeueRequest { Wait = -Moment }),
        ["with too long a wait"] = ("waitSeconds", new DequeueRequest { Wait = Limits.MaxWait + Moment }),
        ["with too short a lease"] = ("leaseSeconds", new DequeueRequest { Lease = Limits.MinLease - Moment }),
        ["with too long a lease"] = ("leaseSeconds", new DequeueRequest { Lease = Limits.MaxLease + Moment }),
        ["with too long a worker's name"] = ("worker", new DequeueRequest { Worker = new string('w', Limits.MaxWorkerLength + 1) }),
        ["with a worker's name that is no text"] = ("worker", new DequeueRequest { Worker = LoneSurrogate }),
        ["with an empty request id"] = ("requestId", new DequeueRequest { RequestId = "" }),
        ["with a request id of other characters"] = ("requestId", new DequeueRequest { RequestId = "a b" }),
        ["with too long a request id"] = ("requestId", new DequeueRequest { RequestId = new string('r', Limits.MaxIdLength + 1) }),
        ["with a filter of too many pairs"] = ("filter", new DequeueRequest { Filter = Many(Limits.MaxMetadataPairs + 1) }),
        ["with a filter on a key of other characters"] = ("filter", new DequeueRequest { Filter = Metadata.Of("a b", "v") }),
        ["with a filter on too long a value"] = (
            "filter.k",
            new DequeueRequest { Filter = Metadata.Of("k", new string('v', Limits.MaxMetadataValueLength + 1)) }
        ),
        ["with too many settlements"] = (
            "settle",
            new DequeueRequest { Settle = [.. Enumerable.Repeat(Settlement.Complete("a", "0"), Limits.MaxBatch + 1)] }
        ),
    };

    private static readonly Dictionary<string, (string Field, Settlement Settlement)> BadSettlements = new()
    {
        ["with a bad id"] = ("id", Settlement.Complete("a b", "0")),
        ["a failure with a result"] = ("result", Settlement.Fail("a", "0") with { Result = Json("1") }),
        ["a release with a result"] = ("result", Settlement.Release("a", "0") with { Result = Json("1") }),
        ["with a result of bytes"] = ("result", Settlement.Complete("a", "0", Payload.FromBytes(new byte[1]))),
        ["with too large a result"] = ("result", Settlement.Complete("a", "0", JsonOf(Limits.MaxResultBytes + 1))),
        ["a completion with an error"] = ("error", Settlement.Complete("a", "0") with { Error = "no" }),
        ["a release with an error"] = ("error", Settlement.Release("a", "0") with { Error = "no" }),
        ["a permanent completion"] = ("permanent", Settlement.Complete("a", "0") with { Permanent = true }),
        ["a permanent release"] = ("permanent", Settlement.Release("a", "0") with { Permanent = true }),
        ["a completion into invisibility"] = ("invisibleSeconds", Settlement.Complete("a", "0") with { Invisible = Seconds(1) }),
        ["a permanent failure into invisibility"] = ("invisibleSeconds", Settlement.Fail("a", "0", permanent: true, invisible: Seconds(1))),
        ["with too long an error"] = ("error", Settlement.Fail("a", "0", new string('e', Limits.MaxErrorLength + 1))),
        ["with an error that is no text"] = ("error", Settlement.Fail("a", "0", LoneSurrogate)),
        ["with a negative invisibility"] = ("invisibleSeconds", Settlement.Release("a", "0", -Moment)),
        ["with too long an invisibility"] = ("invisibleSeconds", Settlement.Fail("a", "0", invisible: Limits.MaxInvisible + Moment)),
    };

    private static readonly Dictionary<string, (string Field, LeaseExtension Extension)> BadExtensions = new()
    {
        ["with a bad id"] = ("id", new LeaseExtension { Id = "", LeaseToken = "0" }),
        ["too short"] = (
            "leaseSeconds",
            new LeaseExtension
            {
                Id = "a",
                LeaseToken = "0",
                Lease = Limits.MinLease - Moment,
            }
        ),
        ["too long"] = (
            "leaseSeconds",
            new LeaseExtension
            {
                Id = "a",
                LeaseToken = "0",
                Lease = Limits.MaxLease + Moment,
            }
        ),
        ["with progress of bytes"] = (
            "progress",
            new LeaseExtension
            {
                Id = "a",
                LeaseToken = "0",
                Progress = Payload.FromBytes(new byte[1]),
            }
        ),
        ["with too much progress"] = (
            "progress",
            new LeaseExtension
            {
                Id = "a",
                LeaseToken = "0",
                Progress = JsonOf(Limits.MaxProgressBytes + 1),
            }
        ),
    };

    private static readonly Dictionary<string, (string Field, Func<ITimestone, Task> Call)> BadCalls = new()
    {
        ["enqueue of nothing"] = ("messages", service => service.EnqueueAsync(Q, [])),
        ["enqueue of too many"] = (
            "messages",
            service => service.EnqueueAsync(Q, [.. Enumerable.Repeat(new NewMessage(), Limits.MaxBatch + 1)])
        ),
        ["enqueue of null"] = ("messages[1]", service => service.EnqueueAsync(Q, [new NewMessage(), null!])),
        ["settle nothing"] = ("items", service => service.SettleAsync(Q, [])),
        ["settle too many"] = (
            "items",
            service => service.SettleAsync(Q, [.. Enumerable.Repeat(Settlement.Complete("a", "0"), Limits.MaxBatch + 1)])
        ),
        ["extend nothing"] = ("items", service => service.ExtendAsync(Q, [])),
        ["extend too many"] = (
            "items",
            service =>
                service.ExtendAsync(Q, [.. Enumerable.Repeat(new LeaseExtension { Id = "a", LeaseToken = "0" }, Limits.MaxBatch + 1)])
        ),
        ["watch nothing"] = ("leases", service => service.WatchLeasesAsync(Q, [])),
        ["watch too many"] = (
            "leases",
            service => service.WatchLeasesAsync(Q, [.. Enumerable.Repeat(new LeaseReference("a", "0"), Limits.MaxBatch + 1)])
        ),
        ["watch null"] = ("leases[1]", service => service.WatchLeasesAsync(Q, [new LeaseReference("a", "0"), null!])),
        ["watch a bad id"] = (
            "leases[1].id",
            service => service.WatchLeasesAsync(Q, [new LeaseReference("a", "0"), new LeaseReference("a/b", "0")])
        ),
        ["watch without a token"] = ("leases[0].leaseToken", service => service.WatchLeasesAsync(Q, [new LeaseReference("a", null!)])),
        ["watch for less than nothing"] = ("waitSeconds", service => service.WatchLeasesAsync(Q, [new LeaseReference("a", "0")], -Moment)),
        ["watch for too long"] = (
            "waitSeconds",
            service => service.WatchLeasesAsync(Q, [new LeaseReference("a", "0")], Limits.MaxWait + Moment)
        ),
        ["cancel nothing"] = ("items", service => service.CancelAsync(Q, [])),
        ["cancel too many"] = (
            "items",
            service => service.CancelAsync(Q, [.. Enumerable.Repeat(new Cancellation { Id = "a" }, Limits.MaxBatch + 1)])
        ),
        ["cancel with a reason that is no text"] = ("reason", service => service.CancelAsync(Q, "a", LoneSurrogate)),
        ["cancel a bad id"] = ("id", service => service.CancelAsync(Q, "a/b")),
        ["redrive a bad id"] = ("id", service => service.RedriveAsync(Q, "a b")),
        ["get a bad id"] = ("id", service => service.GetMessageAsync(Q, "a/b")),
        ["get an empty id"] = ("id", service => service.GetMessageAsync(Q, "")),
        ["get an id of dots"] = ("id", service => service.GetMessageAsync(Q, "..")),
        ["list a page of none"] = ("limit", service => service.ListMessagesAsync(Q, limit: 0)),
        ["list too large a page"] = ("limit", service => service.ListMessagesAsync(Q, limit: Limits.MaxPage + 1)),
        ["list a state that there is not"] = ("state", service => service.ListMessagesAsync(Q, (MessageState)99)),
        ["list a page of no queues"] = ("limit", service => service.ListQueuesAsync(limit: 0)),
        ["list too large a page of queues"] = ("limit", service => service.ListQueuesAsync(limit: Limits.MaxPage + 1)),
        ["depth of a state that there is not"] = ("state", service => service.GetDepthAsync(Q, (MessageState)byte.MaxValue)),
        ["depth of too many pairs"] = ("filter", service => service.GetDepthAsync(Q, filter: Many(Limits.MaxMetadataPairs + 1))),
        ["depth of a key of other characters"] = ("filter", service => service.GetDepthAsync(Q, filter: Metadata.Of("a b", "v"))),
        ["purge of a state that there is not"] = ("state", service => service.PurgeAsync(Q, (PurgeScope)7)),
        ["create without settings"] = ("settings", service => service.CreateQueueAsync(Q, null!)),
        ["update out of range"] = (
            "leaseSeconds",
            service => service.UpdateQueueAsync(Q, new QueueSettingsPatch { Lease = TimeSpan.Zero })
        ),
    };

    private static readonly Dictionary<string, Func<ITimestone, string, Task>> CallsOnAQueue = new()
    {
        ["create"] = (service, queue) => service.CreateQueueAsync(queue, Plain),
        ["get"] = (service, queue) => service.GetQueueAsync(queue),
        ["update"] = (service, queue) => service.UpdateQueueAsync(queue, new QueueSettingsPatch()),
        ["delete"] = (service, queue) => service.DeleteQueueAsync(queue),
        ["enqueue"] = (service, queue) => service.EnqueueAsync(queue, new NewMessage()),
        ["dequeue"] = (service, queue) => service.DequeueAsync(queue, new DequeueRequest()),
        ["settle"] = (service, queue) => service.CompleteAsync(queue, "a", "0"),
        ["extend"] = (service, queue) => service.ExtendAsync(queue, "a", "0"),
        ["watch leases"] = (service, queue) => service.WatchLeasesAsync(queue, [new LeaseReference("a", "0")]),
        ["cancel"] = (service, queue) => service.CancelAsync(queue, "a"),
        ["redrive"] = (service, queue) => service.RedriveAsync(queue, "a"),
        ["redrive all"] = (service, queue) => service.RedriveAllAsync(queue),
        ["purge"] = (service, queue) => service.PurgeAsync(queue, PurgeScope.All),
        ["get message"] = (service, queue) => service.GetMessageAsync(queue, "a"),
        ["list messages"] = (service, queue) => service.ListMessagesAsync(queue),
        ["depth"] = (service, queue) => service.GetDepthAsync(queue),
        ["stats"] = (service, queue) => service.GetStatsAsync(queue),
    };

    public static TheoryData<string> SettingsCases { get; } = [.. BadSettings.Keys];

    public static TheoryData<string> MessageCases { get; } = [.. BadMessages.Keys];

    public static TheoryData<string> DequeueCases { get; } = [.. BadDequeues.Keys];

    public static TheoryData<string> SettlementCases { get; } = [.. BadSettlements.Keys];

    public static TheoryData<string> ExtensionCases { get; } = [.. BadExtensions.Keys];

    public static TheoryData<string> CallCases { get; } = [.. BadCalls.Keys];

    public static TheoryData<string> QueueCallCases { get; } = [.. CallsOnAQueue.Keys];

    [Fact]
    public async Task Long_names_are_cut_in_errors()
    {
        await Queue(Plain with { EnqueueBlocked = true, MaxDepth = 5 }, LongName);
        await Queue();
        await Enqueue(LongName);
        foreach (var call in new Func<Task>[]
        {
            () => Service.GetQueueAsync(LongName[1..]),
            () => Service.CreateQueueAsync(LongName, Plain),
            () => Service.EnqueueAsync(LongName, new NewMessage { Id = "a" }),
            () => Service.EnqueueAsync(Q, new NewMessage { Id = LongName, Priority = 7 }),
            () => Service.GetMessageAsync(Q, LongName[1..]),
            () => Service.CompleteAsync(Q, LongName, "0"),
            () => Service.RedriveAsync(Q, LongName),
        })
            (await Should.ThrowAsync<TimestoneException>(call)).Message.ShouldNotContain(new string('n', 101));
    }

    [Theory]
    [MemberData(nameof(SettingsCases))]
    public async Task Bad_settings_are_refused_by_their_field(string what)
    {
        var (field, settings) = BadSettings[what];
        await Queue(settings).ShouldBeRefused(ErrorCode.InvalidArgument, field);
        (await Service.ListQueuesAsync()).Queues.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(MessageCases))]
    public async Task A_bad_message_is_refused_by_its_field_and_the_others_are_not(string what)
    {
        var (field, message) = BadMessages[what];
        await Queue();
        await Enqueue(message).ShouldBeRefused(ErrorCode.InvalidArgument, field);
        var results = await EnqueueAll([new NewMessage { Id = "before" }, message, new NewMessage { Id = "after" }]);
        results[1].ShouldBeRefused(ErrorCode.InvalidArgument, field);
        (await TakeIds()).ShouldBe(["before", "after"]);
    }

    [Theory]
    [MemberData(nameof(DequeueCases))]
    public async Task A_bad_dequeue_is_refused_by_its_field_and_takes_nothing(string what)
    {
        var (field, request) = BadDequeues[what];
        await Queue();
        await Enqueue("a");
        await Dequeue(request).ShouldBeRefused(ErrorCode.InvalidArgument, field);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Theory]
    [MemberData(nameof(SettlementCases))]
    public async Task A_bad_settlement_is_refused_by_its_field_and_the_others_are_not(string what)
    {
        var (field, bad) = BadSettlements[what];
        await Queue();
        await EnqueueAll("a", "b");
        var taken = await TakeMany(2);
        bad = bad with { LeaseToken = taken[0].LeaseToken! };
        await Answer(Service.SettleAsync(Q, bad)).ShouldBeRefused(ErrorCode.InvalidArgument, field);
        var results = await Service.SettleAsync(Q, [bad, Settlement.Complete("b", taken[1].LeaseToken!)]);
        results[0].ShouldBeRefused(ErrorCode.InvalidArgument, field);
        results[1].State.ShouldBe(MessageState.Completed);
        (await Dequeue(new DequeueRequest { Settle = [bad] }))
            .Settled.ShouldNotBeNull()[0]
            .ShouldBeRefused(ErrorCode.InvalidArgument, field);
        (await StateOf("a")).ShouldBe(MessageState.Running);
    }

    [Theory]
    [MemberData(nameof(ExtensionCases))]
    public async Task A_bad_extension_is_refused_by_its_field_and_extends_nothing(string what)
    {
        var (field, bad) = BadExtensions[what];
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        bad = bad with { LeaseToken = taken.LeaseToken! };
        (await Answer(Service.ExtendAsync(Q, [bad])))[0].ShouldBeRefused(ErrorCode.InvalidArgument, field);
        AsTaken(await Get("a")).ShouldBe(taken with { LeaseToken = null });
    }

    [Theory]
    [MemberData(nameof(CallCases))]
    public async Task A_bad_argument_is_refused_by_its_field(string what)
    {
        var (field, call) = BadCalls[what];
        await Queue();
        await Made(call).ShouldBeRefused(ErrorCode.InvalidArgument, field);
    }

    [Theory]
    [MemberData(nameof(QueueCallCases))]
    public async Task Every_call_refuses_a_name_that_is_none(string what)
    {
        foreach (
            var name in new[]
            {
                "",
                ".",
                "..",
                ".a",
                "-a",
                "a/b",
                "a b",
                "a%2Fb",
                "é",
                "a?b",
                new string('q', Limits.MaxQueueNameLength + 1),
            }
        )
            await Made(service => CallsOnAQueue[what](service, name)).ShouldBeRefused(ErrorCode.InvalidArgument, "queue");
    }

    [Theory]
    [MemberData(nameof(QueueCallCases))]
    public async Task Every_call_but_create_and_enqueue_refuses_an_unknown_queue(string what)
    {
        var call = Made(service => CallsOnAQueue[what](service, "unknown"));
        if (what is "create" or "enqueue")
            await call;
        else
            await call.ShouldBeRefused(ErrorCode.QueueNotFound);
    }

    [Fact]
    public async Task What_is_just_within_the_limits_is_taken()
    {
        await Queue(Plain with
        {
            Lease = Limits.MinLease,
            Invisible = Limits.MaxInvisible,
            MaxAttempts = 1000,
            Backoff = new Backoff { Kind = BackoffKind.Exponential, Initial = Limits.MaxBackoff, Max = Limits.MaxBackoff },
            Retention = Limits.MaxRetention,
            ErroredRetention = Limits.MaxRetention,
            MaxErrored = long.MaxValue,
            MaxDepth = long.MaxValue,
            MaxPayloadBytes = Limits.MaxPayloadBytes,
        });
        var message = new NewMessage
        {
            Id = "~:@+=-._" + new string('9', Limits.MaxIdLength - 8),
            Metadata = Metadata.From(
                Many(Limits.MaxMetadataPairs - 1)
                    .Append(new(new string('k', Limits.MaxMetadataKeyLength), new string('v', Limits.MaxMetadataValueLength)))
            ),
            Priority = long.MaxValue,
            Invisible = TimeSpan.Zero,
            Lease = Limits.MaxLease,
        };
        await Enqueue(message);
        var taken = (await Dequeue(new DequeueRequest
        {
            Max = Limits.MaxBatch,
            Wait = Limits.MaxWait,
            Worker = new string('w', Limits.MaxWorkerLength),
            RequestId = new string('r', Limits.MaxIdLength),
            Filter = message.Metadata,
        })).Messages.ShouldHaveSingleItem();
        await Extend(taken, Limits.MaxLease, JsonOf(Limits.MaxProgressBytes));
        await Complete(taken, JsonOf(Limits.MaxResultBytes));
        var read = await Get(message.Id);
        (read.Result, read.Progress, read.Metadata).ShouldBe(
            (JsonOf(Limits.MaxResultBytes), JsonOf(Limits.MaxProgressBytes), message.Metadata)
        );
        await Enqueue("b", invisible: TimeSpan.Zero);
        await Fail(await Take(), new string('é', Limits.MaxErrorLength), invisible: Limits.MaxInvisible);
        (await Get("b")).Error!.Length.ShouldBe(Limits.MaxErrorLength);
    }

    private static Metadata Many(int pairs) => Pairs([.. Enumerable.Range(0, pairs).Select(i => ($"k{i}", "v"))]);

    private static Payload JsonOf(int bytes) => Json('"' + new string('x', bytes - 2) + '"');

    private async Task Made(Func<ITimestone, Task> call) => await call(Service).WaitAsync(Hang);
}
