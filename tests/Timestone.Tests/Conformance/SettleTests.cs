using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class SettleTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_completed_message_keeps_its_result_and_holds_no_lease()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take(worker: "w");
        Advance(3);
        (await Complete(taken, Json("{\"ok\":true}"))).ShouldBe(
            new MessageResult
            {
                Id = "a",
                State = MessageState.Completed,
                Version = 3,
                Duplicate = false,
            }
        );
        AsTaken(await Get("a"))
            .ShouldBe(
                taken with
                {
                    State = MessageState.Completed,
                    Version = 3,
                    UpdatedAt = Now,
                    LeaseToken = null,
                    LeaseExpiresAt = null,
                    Result = Json("{\"ok\":true}"),
                }
            );
    }

    [Fact]
    public async Task A_failed_message_is_pending_again_with_its_error_and_one_attempt_less()
    {
        await Queue(Plain with { MaxAttempts = 3 });
        await Enqueue("a");
        (await Fail(await Take(), "disk on fire")).State.ShouldBe(MessageState.Pending);
        var message = await Get("a");
        (message.Error, message.Attempt, message.AttemptsLeft, message.Version).ShouldBe(("disk on fire", 1, 2, 3));
    }

    [Fact]
    public async Task A_failure_without_a_text_says_failed()
    {
        await Queue();
        await Enqueue("a");
        await Fail(await Take());
        (await Get("a")).Error.ShouldBe("failed");
    }

    [Fact]
    public async Task A_failure_with_no_attempts_left_ends_the_message()
    {
        await Queue(Plain with { MaxAttempts = 2 });
        await Enqueue("a");
        (await Fail(await Take(), "one")).State.ShouldBe(MessageState.Pending);
        (await Fail(await Take(), "two", invisible: Seconds(10))).State.ShouldBe(MessageState.Errored);
        var message = await Get("a");
        (message.Error, message.Attempt, message.AttemptsLeft, message.VisibleAt).ShouldBe(("two", 2, 0, null));
    }

    [Fact]
    public async Task A_lower_limit_of_attempts_leaves_the_attempt_that_a_message_waits_for_and_counts_at_its_failure()
    {
        await Queue(Plain with { MaxAttempts = 5 });
        await EnqueueAll("waiting", "invisible");
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            foreach (var taken in await TakeMany(2))
                await Fail(taken, invisible: attempt == 4 && taken.Id == "invisible" ? Seconds(10) : TimeSpan.Zero);
        }

        await Update(new QueueSettingsPatch { MaxAttempts = 2 });
        foreach (var (id, state) in new[] { ("waiting", MessageState.Pending), ("invisible", MessageState.Invisible) })
        {
            var message = await Get(id);
            (message.State, message.Attempt, message.AttemptsLeft).ShouldBe((state, 4, 1));
        }

        Advance(10);
        foreach (var taken in await TakeMany(2))
        {
            (taken.Attempt, taken.AttemptsLeft).ShouldBe((5, 0));
            (await Fail(taken)).State.ShouldBe(MessageState.Errored);
            (await Get(taken.Id)).AttemptsLeft.ShouldBe(0);
        }

        (await Depth(MessageState.Errored)).ShouldBe(2);
    }

    [Fact]
    public async Task A_lower_limit_of_attempts_counts_for_running_messages_when_they_fail_or_expire_and_not_when_they_are_released()
    {
        await Queue(Plain with { MaxAttempts = 5 });
        await EnqueueAll("failed", "expired", "released");
        foreach (var taken in await TakeMany(3))
            await Fail(taken);
        var running = await TakeMany(3);
        await Update(new QueueSettingsPatch { MaxAttempts = 1 });
        (await Fail(running.Single(message => message.Id == "failed"))).State.ShouldBe(MessageState.Errored);
        (await Release(running.Single(message => message.Id == "released"))).State.ShouldBe(MessageState.Pending);
        var released = await Get("released");
        (released.Attempt, released.AttemptsLeft).ShouldBe((1, 1));
        (await Take()).Id.ShouldBe("released");
        Advance(100);
        (await StateOf("expired")).ShouldBe(MessageState.Errored);
        (await StateOf("released")).ShouldBe(MessageState.Errored);
    }

    [Fact]
    public async Task A_higher_limit_of_attempts_counts_at_the_next_failure()
    {
        await Queue(Plain with { MaxAttempts = 1 });
        await Enqueue("a");
        var taken = await Take();
        await Update(new QueueSettingsPatch { MaxAttempts = 2 });
        (await Fail(taken)).State.ShouldBe(MessageState.Pending);
        (await Fail(await Take())).State.ShouldBe(MessageState.Errored);
    }

    [Fact]
    public async Task A_permanent_failure_ends_the_message_at_once()
    {
        await Queue();
        await Enqueue("a");
        (await Fail(await Take(), "hopeless", permanent: true)).State.ShouldBe(MessageState.Errored);
        var message = await Get("a");
        (message.Error, message.Attempt, message.AttemptsLeft).ShouldBe(("hopeless", 1, 4));
    }

    [Fact]
    public async Task A_failure_can_say_how_long_the_message_stays_invisible()
    {
        await Queue(Plain with { Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(5), Max = Seconds(5) } });
        await EnqueueAll("asked", "backoff", "none");
        (await Fail(await Take(), invisible: Seconds(60))).State.ShouldBe(MessageState.Invisible);
        (await Fail(await Take())).State.ShouldBe(MessageState.Invisible);
        (await Fail(await Take(), invisible: TimeSpan.Zero)).State.ShouldBe(MessageState.Pending);
        (await Get("asked")).VisibleAt.ShouldBe(Now + Seconds(60));
        (await Get("backoff")).VisibleAt.ShouldBe(Now + Seconds(5));
    }

    [Fact]
    public async Task A_released_message_is_pending_and_has_its_attempt_back()
    {
        await Queue(Plain with { MaxAttempts = 1 });
        await Enqueue("a");
        for (var i = 0; i < 3; i++)
        {
            var taken = await Take();
            (taken.Attempt, taken.AttemptsLeft).ShouldBe((1, 0));
            (await Release(taken)).State.ShouldBe(MessageState.Pending);
        }

        var message = await Get("a");
        (message.Attempt, message.AttemptsLeft, message.Version, message.Error).ShouldBe((0, 1, 7, null));
    }

    [Fact]
    public async Task A_message_can_be_released_into_invisibility()
    {
        await Queue(Plain with { Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(5), Max = Seconds(5) } });
        await EnqueueAll("hidden", "at-once");
        (await Release(await Take(), Seconds(10))).State.ShouldBe(MessageState.Invisible);
        (await Release(await Take())).State.ShouldBe(MessageState.Pending);
        (await Get("hidden")).VisibleAt.ShouldBe(Now + Seconds(10));
        Advance(10);
        (await TakeIds()).ShouldBe(["hidden", "at-once"]);
    }

    [Fact]
    public async Task A_completion_leaves_no_error_of_the_attempts_before()
    {
        await Queue();
        await Enqueue("a");
        await Fail(await Take(), "once");
        await Complete(await Take());
        (await Get("a")).Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_message_only()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var taken = await TakeMany(2);
        await Complete(taken[0] with { LeaseToken = taken[1].LeaseToken }).ShouldBeRefused(ErrorCode.LeaseLost);
        (await StateOf("a")).ShouldBe(MessageState.Running);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0000000000000000")]
    [InlineData("ffffffffffffffff")]
    [InlineData("not a token, and longer than any token that there is")]
    [InlineData("日本語")]
    public async Task A_token_that_nobody_was_given_is_lease_lost(string token)
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take() with { LeaseToken = token };
        await Complete(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        await Fail(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        await Release(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        await Extend(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        (await StateOf("a")).ShouldBe(MessageState.Running);
    }

    [Fact]
    public async Task A_batch_is_settled_item_by_item_in_order()
    {
        await Queue();
        await EnqueueAll("a", "b", "c");
        var taken = await TakeMany(3);
        var results = await Service.SettleAsync(Q,
        [
            Settlement.Complete("a", taken[0].LeaseToken!),
            Settlement.Fail("a", taken[0].LeaseToken!),
            Settlement.Complete("unknown", taken[0].LeaseToken!),
            Settlement.Release("bad id", taken[0].LeaseToken!),
            Settlement.Fail("b", taken[1].LeaseToken!, permanent: true),
            Settlement.Release("c", taken[2].LeaseToken!),
            Settlement.Release("c", taken[2].LeaseToken!),
        ]);
        results[0].State.ShouldBe(MessageState.Completed);
        results[1].ShouldBeRefused(ErrorCode.LeaseLost);
        results[2].ShouldBeRefused(ErrorCode.MessageNotFound);
        results[3].ShouldBeRefused(ErrorCode.InvalidArgument, "id");
        results[4].State.ShouldBe(MessageState.Errored);
        results[5].ShouldBe(new MessageResult { Id = "c", State = MessageState.Pending, Version = 3, Duplicate = false });
        results[6].ShouldBe(results[5] with { Duplicate = true });
    }
}
