using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class CancelTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_canceled_message_keeps_the_reason_as_its_error()
    {
        await Queue();
        await EnqueueAll("a", "b");
        (await Cancel("a", "not wanted")).ShouldBe(
            new MessageResult
            {
                Id = "a",
                State = MessageState.Canceled,
                Version = 2,
                Duplicate = false,
            }
        );
        await Cancel("b");
        (await Get("a")).Error.ShouldBe("not wanted");
        (await Get("b")).Error.ShouldBe("canceled");
        await NothingToTake();
    }

    [Fact]
    public async Task A_canceled_message_does_not_become_visible()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(10));
        await Cancel("a");
        Advance(10);
        (await StateOf("a")).ShouldBe(MessageState.Canceled);
    }

    [Fact]
    public async Task The_consumer_of_a_canceled_message_has_lost_its_lease()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Cancel("a");
        await Complete(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        await Extend(taken).ShouldBeRefused(ErrorCode.LeaseLost);
        var message = await Get("a");
        (message.State, message.LeaseExpiresAt, message.Attempt).ShouldBe((MessageState.Canceled, null, 1));
    }

    [Fact]
    public async Task Cancels_are_answered_item_by_item_in_order()
    {
        await Queue();
        await Put("done", MessageState.Completed);
        await EnqueueAll("a", "b");
        var results = await Service.CancelAsync(Q,
        [
            new Cancellation { Id = "a" },
            new Cancellation { Id = "done" },
            new Cancellation { Id = "a" },
            new Cancellation { Id = "unknown" },
            new Cancellation { Id = "b", Reason = new string('x', Limits.MaxErrorLength + 1) },
            new Cancellation { Id = "b" },
        ]);
        results[0].ShouldBe(new MessageResult { Id = "a", State = MessageState.Canceled, Version = 2, Duplicate = false });
        results[1].ShouldBeRefused(ErrorCode.IllegalTransition);
        results[2].ShouldBe(results[0] with { Duplicate = true });
        results[3].ShouldBeRefused(ErrorCode.MessageNotFound);
        results[4].ShouldBeRefused(ErrorCode.InvalidArgument, "reason");
        results[5].State.ShouldBe(MessageState.Canceled);
    }
}
