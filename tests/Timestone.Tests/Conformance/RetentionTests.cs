using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class RetentionTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<MessageState> Terminal { get; } = [MessageState.Completed, MessageState.Canceled, MessageState.Errored];

    [Theory]
    [MemberData(nameof(Terminal))]
    public async Task A_message_that_has_ended_is_kept_for_the_retention_time_and_then_removed(MessageState state)
    {
        await Queue(Plain with { Retention = Seconds(60) });
        await Put("a", state);
        Advance(59.999);
        (await StateOf("a")).ShouldBe(state);
        Advance(0.001);
        await Gone("a");
        (await Service.ListMessagesAsync(Q)).Messages.ShouldBeEmpty();
        (await Stats()).Counts.ShouldBe(new StateCounts(0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task A_message_that_has_not_ended_is_kept_however_long_it_takes()
    {
        await Queue(Plain with { Retention = Seconds(1) });
        await Enqueue("a");
        Advance(TimeSpan.FromDays(400).TotalSeconds);
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task With_no_retention_a_message_is_removed_as_it_ends()
    {
        await Queue(Plain with { Retention = TimeSpan.Zero });
        await Enqueue("a");
        var taken = await Take();
        (await Complete(taken)).State.ShouldBe(MessageState.Completed);
        await Gone("a");
        await Complete(taken).ShouldBeRefused(ErrorCode.MessageNotFound);
    }

    [Fact]
    public async Task A_message_of_a_removed_one_s_id_is_a_new_message()
    {
        await Queue(Plain with { Retention = Seconds(1) });
        await Enqueue("a", 1);
        var old = await Take();
        await Complete(old);
        Advance(1);
        var result = await Enqueue("a", 2);
        (result.Duplicate, result.Version).ShouldBe((false, 1));
        await Complete(old).ShouldBeRefused(ErrorCode.LeaseLost);
        (await Take()).Priority.ShouldBe(2);
    }

    [Fact]
    public async Task An_end_that_the_clock_brought_counts_from_its_own_time()
    {
        await Queue(Plain with { MaxAttempts = 1, Retention = Seconds(60) });
        await Enqueue("a");
        await Take();
        Advance(89.999);
        (await StateOf("a")).ShouldBe(MessageState.Errored);
        Advance(0.001);
        await Gone("a");
    }
}
