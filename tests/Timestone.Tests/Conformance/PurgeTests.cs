using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class PurgeTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Theory]
    [InlineData(PurgeScope.Invisible, MessageState.Invisible)]
    [InlineData(PurgeScope.Pending, MessageState.Pending)]
    [InlineData(PurgeScope.Completed, MessageState.Completed)]
    [InlineData(PurgeScope.Canceled, MessageState.Canceled)]
    [InlineData(PurgeScope.Errored, MessageState.Errored)]
    public async Task A_purge_removes_the_messages_of_its_state_and_no_others(PurgeScope scope, MessageState state)
    {
        await Queue();
        foreach (var one in Enum.GetValues<MessageState>())
            await Put($"{one}", one, Metadata.Of("color", "red"));
        await Put("one-more", state);
        (await Service.PurgeAsync(Q, scope)).ShouldBe(StateCounts.Of(each => each == state ? 2 : 0));
        await Gone($"{state}");
        (await Depth(state)).ShouldBe(0);
        (await Depth(state, Metadata.Of("color", "red"))).ShouldBe(0);
        (await Service.ListMessagesAsync(Q)).Messages.Count.ShouldBe(5);
        (await Service.PurgeAsync(Q, scope)).ShouldBe(new StateCounts(0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task A_purge_of_all_removes_everything_but_what_is_running_and_counts_it_by_state()
    {
        await Queue();
        foreach (var state in Enum.GetValues<MessageState>())
            await Put($"{state}", state);
        await Put("one-more", MessageState.Errored);
        (await Service.PurgeAsync(Q, PurgeScope.All)).ShouldBe(new StateCounts(Invisible: 1, Pending: 1, Running: 0, Completed: 1, Canceled: 1, Errored: 2));
        (await Service.ListMessagesAsync(Q)).Messages.ShouldHaveSingleItem().Id.ShouldBe("Running");
    }

    [Fact]
    public async Task A_purge_that_was_not_told_what_to_remove_is_refused()
    {
        await Queue();
        await Put("a", MessageState.Pending);
        await Answer(Service.PurgeAsync(Q, default)).ShouldBeRefused(ErrorCode.InvalidArgument, "state");
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_purge_takes_more_than_one_batch_of_messages()
    {
        await Queue();
        foreach (var some in Enumerable.Range(0, 2500).Select(i => $"m{i}").Chunk(Limits.MaxBatch))
            await EnqueueAll(some);
        (await Service.PurgeAsync(Q, PurgeScope.Pending)).Pending.ShouldBe(2500);
        await NothingToTake();
        (await Depth()).ShouldBe(0);
    }

    [Fact]
    public async Task A_purged_message_s_id_can_be_used_anew()
    {
        await Queue();
        await Enqueue("a", 1);
        await Service.PurgeAsync(Q, PurgeScope.All);
        var result = await Enqueue("a", 2);
        (result.Duplicate, result.Version).ShouldBe((false, 1));
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_purge_makes_room_in_a_full_queue()
    {
        await Queue(Plain with { MaxDepth = 1 });
        await Enqueue("a");
        await Service.PurgeAsync(Q, PurgeScope.Pending);
        (await Enqueue("b")).State.ShouldBe(MessageState.Pending);
    }
}
