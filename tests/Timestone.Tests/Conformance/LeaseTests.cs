using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>How leases are extended, with reports of progress, and how they expire.</summary>
public abstract class LeaseTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task An_extension_lasts_from_now_for_as_long_as_it_says()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        Advance(10);
        (await Extend(taken, Seconds(100))).LeaseExpiresAt.ShouldBe(Now + Seconds(100));
        (await Get("a")).LeaseExpiresAt.ShouldBe(Now + Seconds(100));
        Advance(99.999);
        (await StateOf("a")).ShouldBe(MessageState.Running);
    }

    [Fact]
    public async Task An_extension_that_does_not_say_lasts_as_long_as_the_lease_was_given_for()
    {
        await Queue();
        await EnqueueAll("queue", "asked");
        var taken = new[] { await Take(), await Take(lease: Seconds(7)) };
        Advance(5);
        (await Extend(taken[0])).LeaseExpiresAt.ShouldBe(Now + Plain.Lease);
        (await Extend(taken[1])).LeaseExpiresAt.ShouldBe(Now + Seconds(7));
    }

    [Fact]
    public async Task An_extension_can_be_shorter_than_what_was_left()
    {
        await Queue();
        await Enqueue("a");
        await Extend(await Take(), Seconds(1));
        Advance(1);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task An_extension_is_no_transition()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        Advance(10);
        var result = await Extend(taken, progress: Json("1"));
        (result.Id, result.State, result.Version).ShouldBe(("a", MessageState.Running, taken.Version));
        AsTaken(await Get("a")).ShouldBe(taken with { LeaseToken = null, LeaseExpiresAt = Now + Plain.Lease, Progress = Json("1") });
    }

    [Fact]
    public async Task Progress_stays_until_it_is_reported_anew()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Extend(taken, progress: Json("1"));
        await Extend(taken);
        (await Get("a")).Progress.ShouldBe(Json("1"));
        await Extend(taken, progress: Json("null"));
        (await Get("a")).Progress.ShouldBe(Json("null"));
    }

    [Fact]
    public async Task Progress_outlives_its_lease()
    {
        await Queue();
        await Enqueue("a");
        await Extend(await Take(), progress: Json("1"));
        Advance(30);
        var second = await Take();
        second.Progress.ShouldBe(Json("1"));
        await Complete(second);
        (await Get("a")).Progress.ShouldBe(Json("1"));
    }

    [Fact]
    public async Task Extensions_are_answered_item_by_item_in_order()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var taken = await TakeMany(2);
        var results = await Service.ExtendAsync(Q,
        [
            new LeaseExtension { Id = "unknown", LeaseToken = "0" },
            new LeaseExtension { Id = "a", LeaseToken = taken[1].LeaseToken! },
            new LeaseExtension { Id = "a", LeaseToken = taken[0].LeaseToken!, Lease = Seconds(0.001) },
            new LeaseExtension { Id = "b", LeaseToken = taken[1].LeaseToken!, Lease = Seconds(50) },
        ]);
        results[0].ShouldBeRefused(ErrorCode.MessageNotFound);
        results[1].ShouldBeRefused(ErrorCode.LeaseLost);
        results[2].ShouldBeRefused(ErrorCode.InvalidArgument, "leaseSeconds");
        results[3].LeaseExpiresAt.ShouldBe(Now + Seconds(50));
        (await Get("a")).LeaseExpiresAt.ShouldBe(Now + Plain.Lease);
    }

    [Fact]
    public async Task A_lease_can_be_used_until_the_moment_it_expires()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        Advance(29.999);
        await Extend(taken);
        Advance(29.999);
        (await Complete(taken)).State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task A_lease_is_lost_at_the_moment_it_expires()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        Advance(30);
        await Complete(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        await Extend(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task An_expired_lease_is_a_failed_attempt()
    {
        await Queue(Plain with { MaxAttempts = 2 });
        await Enqueue("a");
        var taken = await Take(worker: "w");
        var expiresAt = Now + Plain.Lease;
        Advance(100);
        AsTaken(await Get("a")).ShouldBe(taken with
        {
            State = MessageState.Pending,
            Version = 3,
            UpdatedAt = expiresAt,
            LeaseToken = null,
            LeaseExpiresAt = null,
            Error = "lease expired",
        });
        await Take();
        Advance(30);
        (await StateOf("a")).ShouldBe(MessageState.Errored);
    }

    [Fact]
    public async Task The_next_consumer_s_attempt_is_safe_from_the_one_that_lost_its_lease()
    {
        await Queue();
        await Enqueue("a");
        var first = await Take();
        Advance(30);
        var second = await Take();
        await Complete(first).ShouldBeRefused(ErrorCode.LeaseLost);
        await Fail(first).ShouldBeRefused(ErrorCode.LeaseLost);
        await Release(first).ShouldBeRefused(ErrorCode.LeaseLost);
        await Extend(first).ShouldBeRefused(ErrorCode.LeaseLost);
        (await Complete(second)).State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task What_was_due_while_nobody_called_has_happened_each_at_its_own_time()
    {
        await Queue(Plain with { Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(10), Max = Seconds(10) } });
        await Enqueue("a");
        await Take();
        var visibleAt = Now + Seconds(40);
        Advance(100);
        var message = await Get("a");
        (message.State, message.Version, message.UpdatedAt).ShouldBe((MessageState.Pending, 4, visibleAt));
    }
}
