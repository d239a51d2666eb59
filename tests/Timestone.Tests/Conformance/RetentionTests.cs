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
        await Queue(state == MessageState.Errored ? Plain with { ErroredRetention = Seconds(60) } : Plain with { Retention = Seconds(60) });
        await Put("a", state);
        Advance(59.999);
        (await StateOf("a")).ShouldBe(state);
        Advance(0.001);
        await Gone("a");
        (await Service.ListMessagesAsync(Q)).Messages.ShouldBeEmpty();
        (await Stats()).Counts.ShouldBe(new StateCounts(0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task An_errored_message_outlives_the_others_and_keeps_its_id()
    {
        await Queue(Plain with { Retention = Seconds(1), ErroredRetention = Seconds(60) });
        await Enqueue("a", 1);
        await Fail(await Take(), permanent: true);
        await Put("b", MessageState.Completed);
        await Put("c", MessageState.Canceled);
        Advance(59);
        (await Service.ListMessagesAsync(Q)).Messages.ShouldHaveSingleItem().Id.ShouldBe("a");
        var again = await Enqueue("a", 1);
        (again.Duplicate, again.State).ShouldBe((true, MessageState.Errored));
    }

    [Fact]
    public async Task Without_errored_retention_a_message_is_removed_as_it_fails()
    {
        await Queue(Plain with { ErroredRetention = TimeSpan.Zero });
        await Enqueue("a");
        (await Fail(await Take(), permanent: true)).State.ShouldBe(MessageState.Errored);
        await Gone("a");
    }

    [Fact]
    public async Task Beyond_the_bound_the_oldest_errored_messages_are_removed()
    {
        await Queue(Plain with { MaxErrored = 2 });
        await Put("completed", MessageState.Completed);
        for (var i = 0; i < 5; i++)
        {
            await Put($"m{i}", MessageState.Errored);
            Advance(1);
        }

        (await Service.ListMessagesAsync(Q, MessageState.Errored)).Messages.Select(message => message.Id).ShouldBe(["m3", "m4"]);
        (await StateOf("completed")).ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task A_batch_of_failures_is_kept_to_the_bound_too()
    {
        await Queue(Plain with { MaxErrored = 2 });
        await EnqueueAll("a", "b", "c", "d");
        var taken = await TakeMany(4);
        var results = await Service.SettleAsync(
            Q,
            [.. taken.Select(message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))]
        );
        results.ShouldAllBe(result => result.State == MessageState.Errored);
        (await Service.ListMessagesAsync(Q)).Messages.Select(message => message.Id).ShouldBe(["c", "d"]);
    }

    [Fact]
    public async Task A_lower_bound_counts_at_once_and_none_when_it_is_zero()
    {
        await Queue(Plain with { MaxErrored = 0 });
        foreach (var id in (string[])["a", "b", "c"])
            await Put(id, MessageState.Errored);
        (await Depth(MessageState.Errored)).ShouldBe(3);
        await Service.UpdateQueueAsync(Q, new QueueSettingsPatch { MaxErrored = 1 });
        (await Service.ListMessagesAsync(Q)).Messages.ShouldHaveSingleItem().Id.ShouldBe("c");
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
        await Queue(Plain with { MaxAttempts = 1, ErroredRetention = Seconds(60) });
        await Enqueue("a");
        await Take();
        Advance(89.999);
        (await StateOf("a")).ShouldBe(MessageState.Errored);
        Advance(0.001);
        await Gone("a");
    }
}
