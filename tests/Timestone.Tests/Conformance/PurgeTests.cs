using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class PurgeTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<MessageState> Purgeable { get; } = [.. Enum.GetValues<MessageState>().Where(state => state != MessageState.Running)];

    [Theory]
    [MemberData(nameof(Purgeable))]
    public async Task A_purge_removes_the_messages_of_its_state_and_no_others(MessageState state)
    {
        await Queue();
        foreach (var one in Enum.GetValues<MessageState>())
            await Put($"{one}", one, Metadata.Of("color", "red"));
        await Put("one-more", state);
        (await Service.PurgeAsync(Q, state)).ShouldBe(2);
        await Gone($"{state}");
        (await Depth(state)).ShouldBe(0);
        (await Depth(state, Metadata.Of("color", "red"))).ShouldBe(0);
        (await Service.ListMessagesAsync(Q)).Messages.Count.ShouldBe(5);
        (await Service.PurgeAsync(Q, state)).ShouldBe(0);
    }

    [Fact]
    public async Task A_purge_of_no_state_removes_everything_but_what_is_running()
    {
        await Queue();
        foreach (var state in Enum.GetValues<MessageState>())
            await Put($"{state}", state);
        (await Service.PurgeAsync(Q)).ShouldBe(5);
        (await Service.ListMessagesAsync(Q)).Messages.ShouldHaveSingleItem().Id.ShouldBe("Running");
    }

    [Fact]
    public async Task A_purge_of_running_messages_is_refused()
    {
        await Queue();
        await Put("a", MessageState.Running);
        await Answer(Service.PurgeAsync(Q, MessageState.Running)).ShouldBeRefused(ErrorCode.InvalidArgument, "state");
        (await StateOf("a")).ShouldBe(MessageState.Running);
    }

    [Fact]
    public async Task A_purge_takes_more_than_one_batch_of_messages()
    {
        await Queue();
        foreach (var some in Enumerable.Range(0, 2500).Select(i => $"m{i}").Chunk(Limits.MaxBatch))
            await EnqueueAll(some);
        (await Service.PurgeAsync(Q, MessageState.Pending)).ShouldBe(2500);
        await NothingToTake();
        (await Depth()).ShouldBe(0);
    }

    [Fact]
    public async Task A_purged_message_s_id_can_be_used_anew()
    {
        await Queue();
        await Enqueue("a", 1);
        await Service.PurgeAsync(Q);
        var result = await Enqueue("a", 2);
        (result.Duplicate, result.Version).ShouldBe((false, 1));
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_purge_makes_room_in_a_full_queue()
    {
        await Queue(Plain with { MaxDepth = 1 });
        await Enqueue("a");
        await Service.PurgeAsync(Q, MessageState.Pending);
        (await Enqueue("b")).State.ShouldBe(MessageState.Pending);
    }
}
