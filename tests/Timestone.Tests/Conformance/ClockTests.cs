using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>What a wall clock that jumps does to durations: they are off by 1 % at most, and no jump lasts for ever.</summary>
public abstract class ClockTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private const double Hour = 3600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lease_given_while_the_clock_was_ahead_ends_after_its_time(bool restarted)
    {
        await Queue();
        await Enqueue("a");
        await AheadByAnHour(() => Take(lease: Seconds(30)), restarted);
        await LastsAbout(30, "a", MessageState.Running, MessageState.Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delay_that_began_while_the_clock_was_ahead_ends_after_its_time(bool restarted)
    {
        await Queue();
        await AheadByAnHour(() => Enqueue("a", invisible: Seconds(60)), restarted);
        await LastsAbout(60, "a", MessageState.Invisible, MessageState.Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lease_extended_while_the_clock_was_ahead_ends_after_its_time(bool restarted)
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take(lease: Seconds(7200));
        await AheadByAnHour(() => Extend(taken, Seconds(100)), restarted);
        await LastsAbout(100, "a", MessageState.Running, MessageState.Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_ended_while_the_clock_was_ahead_is_kept_for_its_time(bool restarted)
    {
        await Queue(Plain with { Retention = Seconds(20) });
        await Enqueue("a");
        var taken = await Take();
        await AheadByAnHour(() => Cancel(taken.Id), restarted);
        (await StateOf("a")).ShouldBe(MessageState.Canceled);
        Advance(19.9 - Subject.StoreSeconds);
        (await StateOf("a")).ShouldBe(MessageState.Canceled);
        Advance(0.31 + Subject.StoreSeconds);
        await Gone("a");
    }

    [Fact]
    public async Task Durations_count_on_when_the_clock_is_set_back()
    {
        await Queue();
        await Enqueue("a");
        await Take(lease: Seconds(30));
        Advance(10);
        Jump(-Hour);
        // Of the ten seconds before, nobody had seen the wall clock.
        await LastsAbout(20, "a", MessageState.Running, MessageState.Pending, behind: 0.11);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_is_followed_at_once()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(Hour));
        Jump(Hour);
        (await TakeIds()).ShouldBe(["a"]);
        (await Get("a")).LeaseExpiresAt.ShouldBe(Now + Plain.Lease);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whose_lease_a_clock_that_is_set_forward_has_ended_is_told_so_and_the_next_holder_keeps_the_message(bool restarted)
    {
        await Queue();
        await Enqueue("a");
        var earlier = await Take(lease: Seconds(600));
        Jump(Hour);
        if (restarted)
            await Subject.RestartAsync();
        var later = await Take(lease: Seconds(600), worker: "later");
        await Extend(earlier).ShouldBeRefused(ErrorCode.LeaseLost);
        await Release(earlier).ShouldBeRefused(ErrorCode.LeaseLost);
        await Fail(earlier).ShouldBeRefused(ErrorCode.LeaseLost);
        await Complete(earlier).ShouldBeRefused(ErrorCode.LeaseLost);
        AsTaken(await Get("a")).ShouldBe(later with { LeaseToken = null });
        (await Complete(later)).State.ShouldBe(MessageState.Completed);
        await Complete(earlier).ShouldBeRefused(ErrorCode.LeaseLost);
    }

    [Fact]
    public async Task Times_that_producers_name_follow_the_queue_s_time()
    {
        await Queue();
        await AheadByAnHour(() => Enqueue("a"), restarted: false);
        await Enqueue(new NewMessage { Id = "b", VisibleAt = Now + Seconds(Hour / 2) });
        (await StateOf("b")).ShouldBe(MessageState.Pending);
        (await Get("b")).EnqueuedAt.ShouldBe(Now + Seconds(Hour));
        await Enqueue(new NewMessage { Id = "c", VisibleAt = Now + Seconds(Hour + 99) });
        await LastsAbout(99, "c", MessageState.Invisible, MessageState.Pending);
    }

    [Fact]
    public async Task A_queue_that_is_ahead_meets_the_wall_clock_after_a_hundred_times_as_long()
    {
        await Queue(Plain with { Retention = TimeSpan.FromDays(1) });
        Jump(10);
        await Enqueue("a");
        Jump(-10);
        Advance(999);
        (await Enqueue("b")).Error.ShouldBeNull();
        (await Get("b")).EnqueuedAt.ShouldBe(Now + Seconds(0.01));
        Advance(1);
        await Enqueue("c");
        (await Get("c")).EnqueuedAt.ShouldBe(Now);
        Advance(5);
        await Enqueue("d");
        (await Get("d")).EnqueuedAt.ShouldBe(Now);
    }

    private void Jump(double seconds) => Subject.Clock.Jump(Seconds(seconds));

    // Does something while the wall clock is an hour ahead, and only that.
    private async Task AheadByAnHour(Func<Task> call, bool restarted)
    {
        Jump(Hour);
        await call();
        Jump(-Hour);
        if (restarted)
            await Subject.RestartAsync();
    }

    // From now on a message stays in a state for so long by the monotonic clock, or 1 % longer.
    private async Task LastsAbout(double seconds, string id, MessageState state, MessageState next, double behind = 0)
    {
        (await StateOf(id)).ShouldBe(state);
        Advance(seconds - 0.01 - Subject.StoreSeconds);
        (await StateOf(id)).ShouldBe(state);
        Advance(0.02 + (seconds * 0.0102) + behind + Subject.StoreSeconds);
        (await StateOf(id)).ShouldBe(next);
    }
}
