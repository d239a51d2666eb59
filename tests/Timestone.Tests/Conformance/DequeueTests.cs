using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class DequeueTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_dequeued_message_is_running_under_a_lease()
    {
        await Queue();
        await Enqueue("a");
        var enqueuedAt = Now;
        Advance(1);
        var taken = await Take(worker: "w 1");
        taken.LeaseToken.ShouldNotBeNullOrEmpty();
        taken.ShouldBe(new Message
        {
            Queue = Q,
            Id = "a",
            State = MessageState.Running,
            Metadata = Metadata.Empty,
            Priority = enqueuedAt.ToUnixTimeMilliseconds(),
            Version = 2,
            Attempt = 1,
            AttemptsLeft = Plain.MaxAttempts - 1,
            EnqueuedAt = enqueuedAt,
            UpdatedAt = Now,
            LeaseToken = taken.LeaseToken,
            LeaseExpiresAt = Now + Plain.Lease,
            Worker = "w 1",
        });
    }

    [Fact]
    public async Task A_lease_token_is_told_to_nobody_but_its_consumer()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take(worker: "w");
        var read = taken with { LeaseToken = null };
        AsTaken(await Get("a")).ShouldBe(read);
        (await Service.ListMessagesAsync(Q)).Messages.Select(AsTaken).ShouldBe([read]);
    }

    [Fact]
    public async Task Every_lease_has_a_token_of_its_own()
    {
        await Queue();
        await EnqueueAll("a", "b", "c");
        var tokens = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            var taken = await TakeMany(10);
            tokens.AddRange(taken.Select(message => message.LeaseToken!));
            foreach (var message in taken)
                await Release(message);
        }

        tokens.Distinct().Count().ShouldBe(9);
    }

    [Fact]
    public async Task A_running_message_is_not_dequeued_again()
    {
        await Queue();
        await EnqueueAll("a", "b");
        (await Take()).Id.ShouldBe("a");
        (await Take()).Id.ShouldBe("b");
        await NothingToTake();
    }

    [Fact]
    public async Task A_dequeue_answers_as_many_as_it_asks_for_or_all_there_are()
    {
        await Queue();
        await EnqueueAll("a", "b", "c");
        (await TakeIds(2)).ShouldBe(["a", "b"]);
        (await TakeIds(2)).ShouldBe(["c"]);
        (await TakeIds(2)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Consumers_at_once_never_get_the_same_message()
    {
        await Queue();
        await EnqueueAll([.. Enumerable.Range(0, 100).Select(i => $"m{i}")]);
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TakeIds(7)));
        var ids = taken.SelectMany(some => some).ToList();
        ids.Count.ShouldBe(100);
        ids.Distinct().Count().ShouldBe(100);
    }

    [Fact]
    public async Task A_lease_lasts_as_the_request_says_else_the_message_else_the_queue()
    {
        await Queue(Plain with { Lease = Seconds(30) });
        await EnqueueAll([
            new NewMessage { Id = "queue" },
            new NewMessage { Id = "own", Lease = Seconds(20) },
            new NewMessage { Id = "asked", Lease = Seconds(20) },
        ]);
        (await Take()).LeaseExpiresAt.ShouldBe(Now + Seconds(30));
        (await Take()).LeaseExpiresAt.ShouldBe(Now + Seconds(20));
        (await Take(lease: Seconds(10))).LeaseExpiresAt.ShouldBe(Now + Seconds(10));
    }

    [Fact]
    public async Task A_blocked_queue_answers_as_if_it_were_empty()
    {
        await Queue();
        await Enqueue("a");
        (await Service.BlockDequeueAsync(Q)).Settings.DequeueBlocked.ShouldBeTrue();
        await NothingToTake();
        await Service.BlockDequeueAsync(Q, blocked: false);
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_message_held_when_its_queue_is_blocked_can_be_worked_on()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Service.BlockDequeueAsync(Q);
        await Extend(taken);
        (await Complete(taken)).State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task The_worker_is_that_of_the_latest_lease()
    {
        await Queue();
        await Enqueue("a");
        await Release(await Take(worker: "first"));
        (await Get("a")).Worker.ShouldBe("first");
        await Take(worker: "second");
        (await Get("a")).Worker.ShouldBe("second");
    }

    [Fact]
    public async Task A_dequeue_settles_first_and_then_leases()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var held = await Take();
        var result = await Dequeue(new DequeueRequest { Settle = [Settlement.Release("a", held.LeaseToken!)] });
        result.Messages.ShouldHaveSingleItem().Id.ShouldBe("a");
        result.Settled.ShouldBe([new MessageResult { Id = "a", State = MessageState.Pending, Version = 3, Duplicate = false }]);
    }

    [Fact]
    public async Task A_dequeue_answers_each_of_its_settlements_in_order()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var taken = await TakeMany(2);
        var settled = (await Dequeue(new DequeueRequest
        {
            Settle =
            [
                Settlement.Complete("unknown", "0"),
                Settlement.Fail("a", taken[0].LeaseToken!, permanent: true),
                Settlement.Complete("b", "ffffffffffffffff"),
                Settlement.Complete("b", taken[1].LeaseToken!, Json("7")),
            ],
        })).Settled.ShouldNotBeNull();
        settled[0].ShouldBeRefused(ErrorCode.MessageNotFound);
        settled[1].State.ShouldBe(MessageState.Errored);
        settled[2].ShouldBeRefused(ErrorCode.LeaseLost);
        settled[3].State.ShouldBe(MessageState.Completed);
        (await Get("b")).Result.ShouldBe(Json("7"));
    }

    [Fact]
    public async Task A_dequeue_can_settle_alone()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var held = await Take();
        var result = await Dequeue(
            new DequeueRequest
            {
                Max = 0,
                Wait = Seconds(30),
                Settle = [Settlement.Complete("a", held.LeaseToken!)],
            }
        );
        result.Messages.ShouldBeEmpty();
        result.Settled.ShouldNotBeNull().ShouldHaveSingleItem().State.ShouldBe(MessageState.Completed);
        (await StateOf("b")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_dequeue_that_settles_nothing_answers_no_settlements()
    {
        await Queue();
        (await Dequeue(new DequeueRequest())).Settled.ShouldBeNull();
    }

    [Fact]
    public async Task A_dequeue_settles_while_its_queue_is_blocked()
    {
        await Queue();
        await Enqueue("a");
        var held = await Take();
        await Service.BlockDequeueAsync(Q);
        await Dequeue(new DequeueRequest { Settle = [Settlement.Complete("a", held.LeaseToken!)] });
        (await StateOf("a")).ShouldBe(MessageState.Completed);
    }
}
