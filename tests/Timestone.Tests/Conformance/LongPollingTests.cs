using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>
/// Dequeues that wait. A test knows that one is waiting by what it settles: the settlement of a marker message is
/// committed as the request is taken in, so once it can be seen the request stands in line.
/// </summary>
public abstract class LongPollingTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private const int Markers = 3;
    private static readonly Metadata Red = Metadata.Of("color", "red");
    private readonly Queue<Message> _markers = new();

    [Fact]
    public async Task A_dequeue_that_finds_a_message_does_not_wait()
    {
        await QueueWithMarkers();
        await EnqueueAll("a", "b");
        (await Dequeue(new DequeueRequest { Max = 10, Wait = Seconds(30) })).Messages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_waiting_dequeue_is_woken_by_an_enqueue()
    {
        await QueueWithMarkers();
        var waiting = await Waiting();
        await Enqueue("a");
        (await Served(waiting)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_waiting_dequeue_takes_as_much_of_a_batch_as_it_asked_for()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Max = 2 });
        await EnqueueAll([
            new NewMessage { Id = "c", Priority = 3 },
            new NewMessage { Id = "a", Priority = 1 },
            new NewMessage { Id = "b", Priority = 2 },
        ]);
        (await Served(waiting)).ShouldBe(["a", "b"]);
        (await TakeIds()).ShouldBe(["c"]);
    }

    [Fact]
    public async Task A_waiting_dequeue_is_woken_when_a_message_becomes_visible()
    {
        await QueueWithMarkers();
        await Enqueue("a", invisible: Seconds(5));
        var waiting = await Waiting();
        await AdvanceUntil(waiting);
        (await Served(waiting)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_waiting_dequeue_is_woken_when_a_lease_expires()
    {
        await QueueWithMarkers();
        await Enqueue("a");
        await Take(lease: Seconds(5));
        var waiting = await Waiting();
        await AdvanceUntil(waiting);
        (await Served(waiting)).ShouldBe(["a"]);
    }

    public static TheoryData<string> Wakers { get; } =
    ["release", "failure", "redrive", "redrive of all", "unblock", "the settlement of another dequeue"];

    [Theory]
    [MemberData(nameof(Wakers))]
    public async Task A_waiting_dequeue_is_woken_by_whatever_makes_a_message_dequeueable(string waker)
    {
        await QueueWithMarkers();
        await Enqueue("a");
        var held = await Take();
        if (waker.StartsWith("redrive", StringComparison.Ordinal))
            await Fail(held, permanent: true);
        if (waker == "unblock")
        {
            await Release(held);
            await Service.BlockDequeueAsync(Q);
        }

        var waiting = await Waiting();
        await (waker switch
        {
            "release" => (Task)Release(held),
            "failure" => Fail(held),
            "redrive" => Redrive("a"),
            "redrive of all" => Service.RedriveAllAsync(Q),
            "unblock" => Service.BlockDequeueAsync(Q, blocked: false),
            _ => Dequeue(new DequeueRequest { Max = 0, Settle = [Settlement.Release("a", held.LeaseToken!)] }),
        });
        (await Served(waiting)).ShouldBe(["a"]);
    }

    public static TheoryData<string> Unlockers { get; } = ["complete", "permanent failure", "cancel", "expiry"];

    [Theory]
    [MemberData(nameof(Unlockers))]
    public async Task A_waiting_dequeue_is_woken_when_a_value_is_unlocked(string unlocker)
    {
        await QueueWithMarkers(Exclusive with { MaxAttempts = 1 });
        await Enqueue("x1", metadata: Owner("x"));
        await Enqueue("x2", metadata: Owner("x"));
        var held = await Take(lease: Seconds(5));
        var waiting = await Waiting();
        await (unlocker switch
        {
            "complete" => (Task)Complete(held),
            "permanent failure" => Fail(held, permanent: true),
            "cancel" => Cancel("x1"),
            _ => AdvanceUntil(waiting),
        });
        (await Served(waiting)).ShouldBe(["x2"]);
    }

    [Fact]
    public async Task Waiting_dequeues_are_served_in_the_order_of_their_arrival()
    {
        await QueueWithMarkers();
        var first = await Waiting();
        var second = await Waiting();
        var third = await Waiting();
        await Enqueue("a", 9);
        await Enqueue("b", 1);
        await Enqueue("c", 5);
        (await Served(first)).ShouldBe(["a"]);
        (await Served(second)).ShouldBe(["b"]);
        (await Served(third)).ShouldBe(["c"]);
    }

    [Fact]
    public async Task One_batch_serves_as_many_waiting_dequeues_as_it_can_best_message_first()
    {
        await QueueWithMarkers();
        var first = await Waiting();
        var second = await Waiting(new DequeueRequest { Max = 5 });
        await EnqueueAll([
            new NewMessage { Id = "b", Priority = 2 },
            new NewMessage { Id = "a", Priority = 1 },
            new NewMessage { Id = "c", Priority = 3 },
        ]);
        (await Served(first)).ShouldBe(["a"]);
        (await Served(second)).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task A_message_that_does_not_match_does_not_wake_a_filter()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Filter = Red });
        await Enqueue("blue", 1, Metadata.Of("color", "blue"));
        await Enqueue("red", 2, Red);
        (await Served(waiting)).ShouldBe(["red"]);
        (await TakeIds()).ShouldBe(["blue"]);
    }

    [Fact]
    public async Task A_filter_that_waits_does_not_hold_up_those_behind_it()
    {
        await QueueWithMarkers();
        var picky = await Waiting(new DequeueRequest { Filter = Red });
        var any = await Waiting();
        await Enqueue("blue", metadata: Metadata.Of("color", "blue"));
        (await Served(any)).ShouldBe(["blue"]);
        await Enqueue("red", metadata: Red);
        (await Served(picky)).ShouldBe(["red"]);
    }

    [Fact]
    public async Task A_waiting_dequeue_of_a_locked_value_does_not_hold_up_those_behind_it()
    {
        await QueueWithMarkers(Exclusive);
        await Enqueue("x1", metadata: Owner("x"));
        var held = await Take(lease: Seconds(600));
        var forX = await Waiting(new DequeueRequest { Filter = Owner("x") });
        var any = await Waiting();
        await Enqueue("x2", 1, Owner("x"));
        await Enqueue("y1", 2, Owner("y"));
        (await Served(any)).ShouldBe(["y1"]);
        await Complete(held);
        (await Served(forX)).ShouldBe(["x2"]);
    }

    [Fact]
    public async Task A_wait_that_ends_answers_nothing()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Wait = Seconds(5) });
        await AdvanceUntil(waiting);
        (await Served(waiting)).ShouldBeEmpty();
        await Enqueue("a");
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_wait_lasts_until_its_end()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Wait = Seconds(5) });
        Advance(4.999);
        await Enqueue("a");
        (await Served(waiting)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_wait_that_ends_answers_what_it_settled()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Wait = Seconds(5) });
        await AdvanceUntil(waiting);
        (await Answer(waiting)).Settled.ShouldNotBeNull().ShouldHaveSingleItem().State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task A_lease_counts_from_when_it_was_given_not_from_when_it_was_asked_for()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { Lease = Seconds(10) });
        Advance(20);
        await Enqueue("a");
        var taken = (await Answer(waiting)).Messages.ShouldHaveSingleItem();
        (taken.UpdatedAt, taken.LeaseExpiresAt).ShouldBe((Now, Now + Seconds(10)));
    }

    [Fact]
    public async Task A_dequeue_that_is_given_up_takes_nothing()
    {
        await QueueWithMarkers();
        using var giveUp = new CancellationTokenSource();
        var waiting = await Waiting(cancellationToken: giveUp.Token);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Answer(waiting));

        // Where the cancellation has to travel, what is enqueued before it arrives may go to the one that gave up.
        var tries = 0;
        await Until(async () =>
        {
            await Enqueue($"m{tries++}");
            return (await TakeMany(1)).Count == 1;
        });
        if (!Subject.IsRemote)
            tries.ShouldBe(1);
    }

    [Fact]
    public async Task The_deletion_of_the_queue_ends_every_wait()
    {
        await QueueWithMarkers();
        var first = await Waiting();
        var second = await Waiting(new DequeueRequest { Filter = Red });
        await Service.DeleteQueueAsync(Q);
        await Answer(first).ShouldBeRefused(ErrorCode.QueueNotFound);
        await Answer(second).ShouldBeRefused(ErrorCode.QueueNotFound);
    }

    [Fact]
    public async Task A_repeated_request_that_waits_beside_the_first_is_answered_the_same()
    {
        await QueueWithMarkers();
        var request = new DequeueRequest { RequestId = "r" };
        var first = await Waiting(request);
        var again = await Waiting(request);
        await EnqueueAll("a", "b");
        var served = (await Answer(first)).Messages;
        (await Answer(again)).Messages.ShouldBe(served);
        (await TakeIds()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_waiting_dequeue_answers_what_another_call_of_its_request_leases()
    {
        await QueueWithMarkers();
        var waiting = await Waiting(new DequeueRequest { RequestId = "r", Filter = Red });
        await EnqueueAll("a", "b");
        var served = (await Dequeue(new DequeueRequest { RequestId = "r" })).Messages;
        served.ShouldHaveSingleItem().Id.ShouldBe("a");
        (await Answer(waiting)).Messages.ShouldBe(served);
    }

    [Fact]
    public async Task Every_one_of_many_waiting_dequeues_gets_a_message_of_its_own()
    {
        await Queue();
        var waiting = Enumerable.Range(0, 40).Select(_ => Service.DequeueAsync(Q, new DequeueRequest { Wait = Limits.MaxWait })).ToList();
        await EnqueueAll([.. Enumerable.Range(0, 40).Select(i => $"m{i}")]);
        var served = await Answer(Task.WhenAll(waiting));
        served.SelectMany(result => result.Messages).Select(message => message.Id).Distinct().Count().ShouldBe(40);
    }

    private static async Task<string[]> Served(Task<DequeueResult> waiting) =>
        [.. (await Answer(waiting)).Messages.Select(message => message.Id)];

    private async Task QueueWithMarkers(QueueSettings? settings = null)
    {
        await Queue(settings);
        await EnqueueAll(
            Enumerable
                .Range(0, Markers)
                .Select(i => new NewMessage
                {
                    Id = $"marker-{i}",
                    Metadata = Owner($"marker-{i}"),
                    Lease = Limits.MaxLease,
                })
        );
        foreach (var marker in await TakeMany(Markers))
            _markers.Enqueue(marker);
    }

    private async Task<Task<DequeueResult>> Waiting(DequeueRequest? request = null, CancellationToken cancellationToken = default)
    {
        request ??= new DequeueRequest();
        var marker = _markers.Dequeue();
        var waiting = Service.DequeueAsync(Q, request with
        {
            Wait = request.Wait == default ? Limits.MaxWait : request.Wait,
            Settle = [Settlement.Complete(marker.Id, marker.LeaseToken!)],
        }, cancellationToken);
        await Until(async () => await StateOf(marker.Id) == MessageState.Completed);
        return waiting;
    }
}
