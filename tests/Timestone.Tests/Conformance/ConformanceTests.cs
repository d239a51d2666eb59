using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>
/// What every theme of the suite stands on: a fresh subject a test, and a few verbs that work on one queue.
/// </summary>
public abstract class ConformanceTests(ConformanceSubject subject) : IAsyncLifetime
{
    /// <summary>The queue that the verbs work on.</summary>
    protected const string Q = "q";

    /// <summary>No call takes as long, on the slowest of machines: a test that meets it has found a hang.</summary>
    protected static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Settings whose only times are the lease (30 s) and the retention (1 h): what fails is pending at once, five times at most.
    /// </summary>
    protected static readonly QueueSettings Plain = new()
    {
        MaxAttempts = 5,
        Backoff = new Backoff { Kind = BackoffKind.None },
        ErroredRetention = TimeSpan.FromHours(1),
    };

    protected static readonly QueueSettings Exclusive = Plain with { Type = QueueType.Exclusive, ExclusivityKey = "owner" };

    private long _nextBest = long.MinValue / 2;

    protected ConformanceSubject Subject => subject;

    protected ITimestone Service => subject.Service;

    protected DateTimeOffset Now => subject.Clock.GetUtcNow();

    /// <summary>The settings of queues created by their first message; null not to create them so.</summary>
    protected virtual QueueSettings? Defaults => Plain;

    public virtual async ValueTask InitializeAsync() => await subject.StartAsync(Defaults);

    public async ValueTask DisposeAsync() => await subject.DisposeAsync();

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    protected static Payload Json(string json) => Payload.FromJson(System.Text.Encoding.UTF8.GetBytes(json));

    protected static Metadata Pairs(params (string Key, string Value)[] pairs) =>
        Metadata.From(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));

    protected static Metadata Owner(string owner) => Metadata.Of("owner", owner);

    protected static Task<T> Answer<T>(Task<T> call) => call.WaitAsync(Hang);

    /// <summary>Asks again until it is so.</summary>
    protected static async Task Until(Func<Task<bool>> isSo)
    {
        var giveUp = DateTime.UtcNow + Hang;
        while (!await isSo())
        {
            DateTime.UtcNow.ShouldBeLessThan(giveUp, "It never came to be so.");
            await Task.Yield();
        }
    }

    protected void Advance(double seconds) => subject.Clock.Advance(Seconds(seconds));

    /// <summary>Lets time pass, a second and a call at a time, until a call is answered.</summary>
    protected async Task AdvanceUntil(Task answered) => await Until(async () =>
    {
        Advance(1);
        await Stats();
        return answered.IsCompleted;
    });

    protected async Task<QueueInfo> Queue(QueueSettings? settings = null, string name = Q) =>
        (await Answer(Service.CreateQueueAsync(name, settings ?? Plain))).Queue;

    protected Task<MessageResult> Enqueue(string id, long? priority = null, Metadata? metadata = null, TimeSpan? invisible = null) =>
        Enqueue(new NewMessage { Id = id, Priority = priority, Metadata = metadata ?? Metadata.Empty, Invisible = invisible });

    protected async Task<MessageResult> Enqueue(NewMessage message) => await Answer(Service.EnqueueAsync(Q, message));

    protected async Task<IReadOnlyList<MessageResult>> EnqueueAll(IEnumerable<NewMessage> messages) =>
        await Answer(Service.EnqueueAsync(Q, [.. messages]));

    protected async Task EnqueueAll(params string[] ids) =>
        (await EnqueueAll(ids.Select(id => new NewMessage { Id = id }))).ShouldAllBe(result => result.Error == null);

    protected async Task<DequeueResult> Dequeue(DequeueRequest request) => await Answer(Service.DequeueAsync(Q, request));

    /// <summary>Leases one message, which must be there.</summary>
    protected async Task<Message> Take(Metadata? filter = null, TimeSpan? lease = null, string? worker = null, string? requestId = null) =>
        (await Dequeue(new DequeueRequest { Filter = filter ?? Metadata.Empty, Lease = lease, Worker = worker, RequestId = requestId }))
        .Messages.ShouldHaveSingleItem();

    protected async Task<IReadOnlyList<Message>> TakeMany(int max, Metadata? filter = null) =>
        (await Dequeue(new DequeueRequest { Max = max, Filter = filter ?? Metadata.Empty })).Messages;

    /// <summary>Leases up to 1000 messages and answers their ids.</summary>
    protected async Task<string[]> TakeIds(int max = Limits.MaxBatch, Metadata? filter = null) =>
        [.. (await TakeMany(max, filter)).Select(message => message.Id)];

    protected async Task NothingToTake(Metadata? filter = null) => (await TakeIds(filter: filter)).ShouldBeEmpty();

    protected async Task<MessageResult> Complete(Message message, Payload result = default) =>
        await Answer(Service.CompleteAsync(Q, message.Id, message.LeaseToken!, result));

    protected async Task<MessageResult> Fail(Message message, string? error = null, bool permanent = false, TimeSpan? invisible = null) =>
        await Answer(Service.FailAsync(Q, message.Id, message.LeaseToken!, error, permanent, invisible));

    protected async Task<MessageResult> Release(Message message, TimeSpan? invisible = null) =>
        await Answer(Service.ReleaseAsync(Q, message.Id, message.LeaseToken!, invisible));

    protected async Task<MessageResult> Extend(Message message, TimeSpan? lease = null, Payload progress = default) =>
        await Answer(Service.ExtendAsync(Q, message.Id, message.LeaseToken!, lease, progress));

    protected async Task<MessageResult> Cancel(string id, string? reason = null) => await Answer(Service.CancelAsync(Q, id, reason));

    protected async Task<MessageResult> Redrive(string id) => await Answer(Service.RedriveAsync(Q, id));

    /// <summary>A message as a dequeue answers it, which does not tell its life.</summary>
    protected static Message AsTaken(Message read) => read with { Life = null };

    protected async Task<Message> Get(string id) => await Answer(Service.GetMessageAsync(Q, id));

    protected async Task<MessageState> StateOf(string id) => (await Get(id)).State;

    protected async Task Gone(string id) => await Get(id).ShouldBeRefused(ErrorCode.MessageNotFound);

    protected async Task<long> Depth(MessageState? state = null, Metadata? filter = null) =>
        await Answer(Service.GetDepthAsync(Q, state, filter));

    protected async Task<QueueInfo> Update(QueueSettingsPatch patch) => await Answer(Service.UpdateQueueAsync(Q, patch));

    protected async Task<QueueStats> Stats() => await Answer(Service.GetStatsAsync(Q));

    /// <summary>Enqueues a message, better than those put before, and brings it into a state.</summary>
    protected async Task Put(string id, MessageState state, Metadata? metadata = null)
    {
        await Enqueue(id, _nextBest--, metadata, state == MessageState.Invisible ? Seconds(600) : null);
        if (state is MessageState.Running or MessageState.Completed or MessageState.Errored)
        {
            var taken = await Take(lease: Seconds(600));
            taken.Id.ShouldBe(id);
            if (state == MessageState.Completed)
                await Complete(taken);
            if (state == MessageState.Errored)
                await Fail(taken, permanent: true);
        }

        if (state == MessageState.Canceled)
            await Cancel(id);
        (await StateOf(id)).ShouldBe(state);
    }
}
