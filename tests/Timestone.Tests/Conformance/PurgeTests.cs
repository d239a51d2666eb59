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
        await Fill("m", 2500);
        (await Service.PurgeAsync(Q, PurgeScope.Pending)).Pending.ShouldBe(2500);
        await NothingToTake();
        (await Depth()).ShouldBe(0);
    }

    [Theory]
    [InlineData(PurgeScope.Pending)]
    [InlineData(PurgeScope.All)]
    public async Task A_purge_leaves_what_was_enqueued_or_released_after_it_began(PurgeScope scope)
    {
        const int Count = 4000;
        await Queue();
        await Hold(500);
        await Fill("old", Count);
        var held = await TakeMany(500, Metadata.Of("is", "held"));
        var purge = Service.PurgeAsync(Q, scope);
        await Until(async () => await Depth(MessageState.Pending) < Count);
        // It has begun.
        await Service.SettleAsync(Q, [.. held.Select(message => Settlement.Release(message.Id, message.LeaseToken!))]);
        var enqueued = 0;
        while (!purge.IsCompleted && enqueued < 10 * Count)
            await EnqueueAll([.. Enumerable.Range(0, 200).Select(_ => $"new{enqueued++}")]);
        (await Answer(purge)).ShouldBe(StateCounts.Of(state => state == MessageState.Pending ? Count : 0));
        (await Depth()).ShouldBe(held.Count + enqueued);
    }

    [Fact]
    public async Task A_purge_of_errored_messages_leaves_those_that_fail_after_it_began()
    {
        const int Count = 4000;
        await Queue();
        await Hold(2000);
        var held = (await TakeMany(1000)).Concat(await TakeMany(1000)).ToArray();
        await Fill("old", Count);
        while (await TakeMany(Limits.MaxBatch) is { Count: > 0 } taken)
            await Fail(taken);
        // What fails later ranks after what failed before.
        Advance(1);
        var purge = Service.PurgeAsync(Q, PurgeScope.Errored);
        await Until(async () => await Depth(MessageState.Errored) < Count);
        foreach (var some in held.Chunk(100))
            await Fail(some);
        (await Answer(purge)).ShouldBe(StateCounts.Of(state => state == MessageState.Errored ? Count : 0));
        (await Depth(MessageState.Errored)).ShouldBe(held.Length);
    }

    [Fact]
    public async Task A_purge_of_all_removes_what_becomes_visible_while_it_goes_on_and_nothing_twice()
    {
        await Queue();
        for (var i = 0; i < 4; i++)
            await EnqueueAll(Enumerable.Range(0, 1000).Select(n => new NewMessage { Id = $"m{i}-{n}", Invisible = Seconds(600) }));
        var purges = new[] { Service.PurgeAsync(Q, PurgeScope.All), Service.PurgeAsync(Q, PurgeScope.All) };
        Advance(600);
        (await Answer(Task.WhenAll(purges))).Sum(removed => removed.Total).ShouldBe(4000);
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

    private async Task Fill(string name, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Select(i => $"{name}{i}").Chunk(Limits.MaxBatch))
            await EnqueueAll(some);
    }

    // Messages that rank after all others.
    private async Task Hold(int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(Limits.MaxBatch))
            await EnqueueAll(some.Select(i => new NewMessage { Id = $"held{i}", Priority = long.MaxValue, Metadata = Metadata.Of("is", "held") }));
    }

    private Task<IReadOnlyList<MessageResult>> Fail(IReadOnlyList<Message> taken) =>
        Answer(Service.SettleAsync(Q, [.. taken.Select(message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))]));
}
