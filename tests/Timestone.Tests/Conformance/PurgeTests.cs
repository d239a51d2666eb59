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
        (await Service.PurgeAsync(Q, PurgeScope.All)).ShouldBe(
            new StateCounts(Invisible: 1, Pending: 1, Running: 0, Completed: 1, Canceled: 1, Errored: 2)
        );
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
        await Beside(async count =>
        {
            await Hold(500);
            await Fill("old", count);
            var held = await TakeMany(500, Metadata.Of("is", "held"));
            var purge = Service.PurgeAsync(Q, scope);
            await Until(async () => await Depth(MessageState.Pending) < count);
            // It has begun.
            await Service.SettleAsync(Q, [.. held.Select(message => Settlement.Release(message.Id, message.LeaseToken!))]);
            await EnqueueAll("new0");
            var left = await Depth(MessageState.Pending) - held.Count - 1;
            var enqueued = 1;
            while (!purge.IsCompleted && enqueued < 10 * count)
                await EnqueueAll([.. Enumerable.Range(0, 200).Select(_ => $"new{enqueued++}")]);
            (await Answer(purge)).ShouldBe(StateCounts.Of(state => state == MessageState.Pending ? count : 0));
            (await Depth()).ShouldBe(held.Count + enqueued);
            return left > 0;
        });
    }

    [Fact]
    public async Task A_purge_of_errored_messages_leaves_those_that_fail_after_it_began()
    {
        await Beside(async count =>
        {
            await Hold(200);
            var held = await TakeMany(200);
            await Fill("old", count);
            while (await TakeMany(Limits.MaxBatch) is { Count: > 0 } taken)
                await Fail(taken);
            // What fails later ranks after what failed before.
            Advance(1);
            var purge = Service.PurgeAsync(Q, PurgeScope.Errored);
            await Until(async () => await Depth(MessageState.Errored) < count);
            await Fail(held);
            var left = await Depth(MessageState.Errored) - held.Count;
            (await Answer(purge)).ShouldBe(StateCounts.Of(state => state == MessageState.Errored ? count : 0));
            (await Depth(MessageState.Errored)).ShouldBe(held.Count);
            return left > 0;
        });
    }

    [Fact]
    public async Task A_purge_of_all_removes_what_becomes_visible_while_it_goes_on_and_nothing_twice()
    {
        await Beside(async count =>
        {
            foreach (var some in Enumerable.Range(0, count).Chunk(Limits.MaxBatch))
                await EnqueueAll(some.Select(n => new NewMessage { Id = $"m{n}", Invisible = Seconds(600) }));
            var purges = new[] { Service.PurgeAsync(Q, PurgeScope.All), Service.PurgeAsync(Q, PurgeScope.All) };
            await Until(async () => await Depth(MessageState.Invisible) < count);
            Advance(600);
            var removed = await Answer(Task.WhenAll(purges));
            removed.Sum(each => each.Total).ShouldBe(count);
            (await Depth()).ShouldBe(0);
            return removed.Sum(each => each.Pending) > 0;
        });
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

    // Does something beside a purge, in a queue of its own: again with twice as many messages where the purge was over too soon. What it
    // does answers whether the purge was still going on.
    private async Task Beside(Func<int, Task<bool>> attempt)
    {
        var wasBeside = false;
        for (var count = 4000; !wasBeside; count *= 2)
        {
            count.ShouldBeLessThan(100_000, "Every purge was over too soon.");
            await Queue();
            wasBeside = await attempt(count) || Subject.PurgesAtOnce;
            await Service.DeleteQueueAsync(Q).WaitAsync(Hang);
        }
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
            await EnqueueAll(
                some.Select(i => new NewMessage
                {
                    Id = $"held{i}",
                    Priority = long.MaxValue,
                    Metadata = Metadata.Of("is", "held"),
                })
            );
    }

    private Task<IReadOnlyList<MessageResult>> Fail(IReadOnlyList<Message> taken) =>
        Answer(Service.SettleAsync(Q, [.. taken.Select(message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))]));
}
