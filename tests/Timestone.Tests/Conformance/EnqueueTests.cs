using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class EnqueueTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_message_is_pending_at_once_with_its_first_version()
    {
        await Queue();
        (await Enqueue("a")).ShouldBe(new MessageResult { Id = "a", State = MessageState.Pending, Version = 1, Duplicate = false });
    }

    [Fact]
    public async Task A_message_reads_as_it_was_enqueued()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", Payload = Json("{\"n\":1}"), Metadata = Pairs(("b", "2"), ("a", "1")), Priority = -5 });
        var enqueuedAt = Now;
        Advance(7);
        var message = await Get("a");
        message.ShouldBe(new Message
        {
            Queue = Q,
            Id = "a",
            Life = message.Life,
            State = MessageState.Pending,
            Payload = Json("{\"n\":1}"),
            Metadata = Pairs(("a", "1"), ("b", "2")),
            Priority = -5,
            Version = 1,
            Attempt = 0,
            AttemptsLeft = Plain.MaxAttempts,
            EnqueuedAt = enqueuedAt,
            UpdatedAt = enqueuedAt,
        });
    }

    [Fact]
    public async Task A_message_without_an_id_is_given_one_of_its_own()
    {
        await Queue();
        var results = await EnqueueAll([new NewMessage(), new NewMessage()]);
        results.Select(result => result.Id).Distinct().Count().ShouldBe(2);
        (await Get(results[0].Id!)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_without_a_priority_has_the_time_of_its_enqueue()
    {
        await Queue();
        await Enqueue("a");
        (await Get("a")).Priority.ShouldBe(Now.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_deadline_is_the_priority_of_its_milliseconds()
    {
        await Queue();
        var deadline = Now.AddHours(3).AddMilliseconds(123);
        await Enqueue(new NewMessage { Id = "a", Deadline = deadline });
        var message = await Get("a");
        (message.Priority, message.Deadline).ShouldBe((deadline.ToUnixTimeMilliseconds(), deadline));
    }

    [Theory]
    [InlineData(-3660 * 86_400_000L)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3660 * 86_400_000L)]
    public async Task An_offset_is_added_to_the_time_of_enqueue(long milliseconds)
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", PriorityOffset = TimeSpan.FromMilliseconds(milliseconds) });
        var message = await Get("a");
        (message.Priority, message.Deadline).ShouldBe((Now.ToUnixTimeMilliseconds() + milliseconds, null));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public async Task Every_64_bit_integer_is_a_priority(long priority)
    {
        await Queue();
        await Enqueue("a", priority);
        (await Take()).Priority.ShouldBe(priority);
    }

    [Fact]
    public async Task A_message_can_be_invisible_for_a_time()
    {
        await Queue();
        (await Enqueue("a", invisible: Seconds(10))).State.ShouldBe(MessageState.Invisible);
        (await Get("a")).VisibleAt.ShouldBe(Now + Seconds(10));
        Advance(9.999);
        await NothingToTake();
        Advance(0.001);
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_message_can_be_invisible_until_a_time()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", VisibleAt = Now + Seconds(10) });
        (await Get("a")).VisibleAt.ShouldBe(Now + Seconds(10));
        Advance(10);
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_time_to_become_visible_that_has_passed_means_at_once()
    {
        await Queue(Plain with { Invisible = Seconds(10) });
        (await Enqueue(new NewMessage { Id = "past", VisibleAt = Now - Seconds(1) })).State.ShouldBe(MessageState.Pending);
        (await Enqueue(new NewMessage { Id = "now", VisibleAt = Now })).State.ShouldBe(MessageState.Pending);
        (await Get("past")).VisibleAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_message_that_does_not_say_is_invisible_as_long_as_its_queue_says()
    {
        await Queue(Plain with { Invisible = Seconds(10) });
        await Enqueue("queue");
        await Enqueue("own", invisible: Seconds(3));
        await Enqueue("none", invisible: TimeSpan.Zero);
        (await Get("queue")).VisibleAt.ShouldBe(Now + Seconds(10));
        (await Get("own")).VisibleAt.ShouldBe(Now + Seconds(3));
        (await StateOf("none")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task Becoming_visible_is_a_transition_at_its_own_time()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(10));
        var visibleAt = Now + Seconds(10);
        Advance(60);
        var message = await Get("a");
        (message.State, message.Version, message.UpdatedAt, message.VisibleAt).ShouldBe((MessageState.Pending, 2, visibleAt, null));
    }

    [Fact]
    public async Task A_batch_is_answered_item_by_item_in_order()
    {
        await Queue(Plain with { MaxPayloadBytes = 10 });
        await Enqueue("known", 1);
        var results = await EnqueueAll(
        [
            new NewMessage { Id = "new" },
            new NewMessage { Id = "bad id" },
            new NewMessage { Id = "known", Priority = 1 },
            new NewMessage { Id = "known", Priority = 2 },
            new NewMessage { Id = "large", Payload = Payload.FromBytes(new byte[11]) },
            new NewMessage { Id = "last" },
        ]);
        results[0].State.ShouldBe(MessageState.Pending);
        results[1].ShouldBeRefused(ErrorCode.InvalidArgument, "id");
        results[2].Duplicate.ShouldBe(true);
        results[3].ShouldBeRefused(ErrorCode.MessageConflict);
        results[4].ShouldBeRefused(ErrorCode.PayloadTooLarge);
        results[5].State.ShouldBe(MessageState.Pending);
        (await Depth()).ShouldBe(3);
    }

    [Fact]
    public async Task A_message_that_stands_twice_in_a_batch_is_enqueued_once()
    {
        await Queue();
        var results = await EnqueueAll([
            new NewMessage { Id = "a" },
            new NewMessage { Id = "a" },
            new NewMessage { Id = "a", Priority = 1 },
        ]);
        results[0].Duplicate.ShouldBe(false);
        results[1].Duplicate.ShouldBe(true);
        results[2].ShouldBeRefused(ErrorCode.MessageConflict);
        (await Depth()).ShouldBe(1);
    }

    [Fact]
    public async Task The_largest_batch_is_taken_whole()
    {
        await Queue();
        await EnqueueAll([.. Enumerable.Range(0, Limits.MaxBatch).Select(i => $"m{i}")]);
        (await TakeIds()).ShouldBe(Enumerable.Range(0, Limits.MaxBatch).Select(i => $"m{i}"));
    }

    [Fact]
    public async Task A_blocked_queue_refuses_new_messages_until_it_is_unblocked()
    {
        await Queue();
        await Enqueue("before");
        (await Service.BlockEnqueueAsync(Q)).Settings.EnqueueBlocked.ShouldBeTrue();
        await Enqueue("a").ShouldBeRefused(ErrorCode.EnqueueBlocked);
        (await TakeIds()).ShouldBe(["before"]);
        await Service.BlockEnqueueAsync(Q, blocked: false);
        (await Enqueue("a")).Duplicate.ShouldBe(false);
    }

    [Fact]
    public async Task A_full_queue_refuses_new_messages_until_one_has_ended()
    {
        await Queue(Plain with { MaxDepth = 3 });
        await Enqueue("invisible", invisible: Seconds(100));
        await Enqueue("running");
        await Enqueue("pending");
        var running = await Take();
        await Enqueue("over").ShouldBeRefused(ErrorCode.QueueFull);
        await Complete(running);
        (await Enqueue("over")).State.ShouldBe(MessageState.Pending);
        await Enqueue("over it").ShouldBeRefused(ErrorCode.InvalidArgument, "id");
        await Enqueue("again").ShouldBeRefused(ErrorCode.QueueFull);
    }

    [Fact]
    public async Task A_batch_fills_a_queue_as_far_as_it_goes()
    {
        await Queue(Plain with { MaxDepth = 2 });
        var results = await EnqueueAll(new[] { "a", "b", "c", "a" }.Select(id => new NewMessage { Id = id }));
        results.Take(2).ShouldAllBe(result => result.Error == null);
        results[2].ShouldBeRefused(ErrorCode.QueueFull);
        results[3].Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task The_first_thing_wrong_is_what_is_told()
    {
        await Queue(Exclusive with { MaxDepth = 1, MaxPayloadBytes = 1 });
        await Enqueue(new NewMessage { Id = "a", Metadata = Owner("x") });
        await Service.BlockEnqueueAsync(Q);
        var wrong = new NewMessage { Id = "a", Payload = Json("100"), Priority = 1, Deadline = Now };
        await Enqueue(wrong).ShouldBeRefused(ErrorCode.InvalidArgument, "deadline");
        await Enqueue(wrong = wrong with { Deadline = null }).ShouldBeRefused(ErrorCode.MessageConflict);
        await Enqueue(wrong = wrong with { Id = "b" }).ShouldBeRefused(ErrorCode.EnqueueBlocked);
        await Service.BlockEnqueueAsync(Q, blocked: false);
        await Enqueue(wrong).ShouldBeRefused(ErrorCode.MissingExclusivityKey);
        await Enqueue(wrong = wrong with { Metadata = Owner("x") }).ShouldBeRefused(ErrorCode.PayloadTooLarge);
        await Enqueue(wrong with { Payload = default }).ShouldBeRefused(ErrorCode.QueueFull);
    }
}
