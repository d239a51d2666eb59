using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>What was acknowledged is there after a restart, as if there had been none.</summary>
public abstract class RestartTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task Queues_with_their_settings_survive()
    {
        var simple = await Queue(Plain with { MaxAttempts = 9, MaxDepth = 7 });
        var exclusive = await Queue(Exclusive, "exclusive");
        await Queue(name: "deleted");
        await Service.DeleteQueueAsync("deleted");
        var updated = await Service.UpdateQueueAsync(
            "exclusive",
            new QueueSettingsPatch
            {
                Lease = Seconds(3),
                EnqueueBlocked = true,
                DequeueBlocked = true,
            }
        );
        updated.ShouldNotBe(exclusive);
        var id = (await Service.ListQueuesAsync()).ServiceId.ShouldNotBeNull();
        await Subject.RestartAsync();
        var page = await Service.ListQueuesAsync();
        page.Queues.ShouldBe([updated, simple]);
        page.ServiceId.ShouldBe(id);
    }

    [Fact]
    public async Task Messages_survive_in_every_state_with_all_that_is_known_of_them()
    {
        await Queue(Plain with { Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(600), Max = Seconds(600) } });
        foreach (var state in Enum.GetValues<MessageState>())
            await Put($"{state}", state, Pairs(("color", "red"), ("state", $"{state}")));
        await EnqueueAll(
        [
            new NewMessage { Id = "json", Payload = Json("{ \"n\" : 1.0 }"), Deadline = Now + Seconds(5), Lease = Seconds(77) },
            new NewMessage { Id = "bytes", Payload = Payload.FromBytes(new byte[] { 0, 255 }), Priority = long.MaxValue },
        ]);
        var taken = await Take(Metadata.Of("state", "Pending"), worker: "w");
        await Extend(taken, progress: Json("[1]"));
        await Fail(taken, "no luck");
        var before = (await Service.ListMessagesAsync(Q)).Messages;
        var stats = await Stats();
        before.Count.ShouldBe(8);
        await Subject.RestartAsync();
        (await Service.ListMessagesAsync(Q)).Messages.ShouldBe(before);
        (await Stats()).Counts.ShouldBe(stats.Counts);
        (await Stats()).OldestPending.ShouldBe(stats.OldestPending);
    }

    [Fact]
    public async Task The_order_survives()
    {
        await Queue();
        foreach (var (id, priority) in new[] { ("d", 2), ("b", 1), ("e", 2), ("c", 1), ("a", 0) })
            await Enqueue(id, priority);
        var released = await Take();
        await Release(released);
        await Subject.RestartAsync();
        await Enqueue("f", 2);
        (await TakeIds()).ShouldBe(["a", "b", "c", "d", "e", "f"]);
    }

    [Fact]
    public async Task Leases_survive_and_their_tokens_work()
    {
        await Queue();
        await EnqueueAll("complete", "fail", "release", "extend", "expire");
        var taken = await TakeMany(5);
        await Extend(taken[3], Seconds(100));
        await Subject.RestartAsync();
        await NothingToTake();
        (await Complete(taken[0])).Duplicate.ShouldBe(false);
        (await Fail(taken[1])).Duplicate.ShouldBe(false);
        (await Release(taken[2])).Duplicate.ShouldBe(false);
        (await Extend(taken[3])).LeaseExpiresAt.ShouldBe(Now + Plain.Lease);
        (await Get("expire")).LeaseExpiresAt.ShouldBe(Now + Plain.Lease);
        Advance(30);
        await Complete(taken[4]).ShouldBeRefused(ErrorCode.LeaseLost);
    }

    [Fact]
    public async Task Leases_given_after_a_restart_have_tokens_of_their_own()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var before = await Take();
        await Subject.RestartAsync();
        var after = await Take();
        after.LeaseToken.ShouldNotBe(before.LeaseToken);
        await Release(before);
        await Subject.RestartAsync();
        var again = await Take();
        new[] { before, after }.ShouldNotContain(message => message.LeaseToken == again.LeaseToken);
        await Complete(before).ShouldBeRefused(ErrorCode.LeaseLost);
    }

    [Fact]
    public async Task Exclusivity_survives()
    {
        await Queue(Exclusive);
        await Enqueue("x1", metadata: Owner("x"));
        await Enqueue("x2", metadata: Owner("x"));
        var held = await Take();
        await Subject.RestartAsync();
        await NothingToTake();
        await Complete(held);
        (await TakeIds()).ShouldBe(["x2"]);
    }

    [Fact]
    public async Task Filters_and_depths_survive()
    {
        await Queue();
        await EnqueueAll(
            Enumerable
                .Range(0, 10)
                .Select(i => new NewMessage { Id = $"m{i}", Metadata = Pairs(("parity", $"{i % 2}"), ("third", $"{i % 3}")) })
        );
        var filter = Pairs(("parity", "0"), ("third", "1"));
        (await Depth(filter: filter)).ShouldBe(1);
        await Subject.RestartAsync();
        (await Depth(filter: Metadata.Of("parity", "0"))).ShouldBe(5);
        (await Depth()).ShouldBe(10);
        (await TakeIds(filter: filter)).ShouldBe(["m4"]);
    }

    [Fact]
    public async Task What_is_due_after_a_restart_happens()
    {
        await Queue(Plain with { Retention = Seconds(20) });
        await Put("done", MessageState.Completed);
        await Enqueue("hidden", 2, invisible: Seconds(10));
        await Enqueue("running", 1);
        await Take(lease: Seconds(15));
        await Subject.RestartAsync();
        Advance(9.999);
        await NothingToTake();
        Advance(0.001);
        (await TakeIds()).ShouldBe(["hidden"]);
        Advance(5);
        (await TakeIds()).ShouldBe(["running"]);
        Advance(5);
        await Gone("done");
    }

    [Fact]
    public async Task Idempotency_survives()
    {
        await Queue();
        var message = new NewMessage { Id = "a", Payload = Json("[1]"), Priority = 1, Lease = Seconds(9), Invisible = TimeSpan.Zero };
        await Enqueue(message);
        await Enqueue("b", 2);
        await Enqueue("c", 3);
        var first = await Take();
        await Fail(first, permanent: true);
        await Redrive("a");
        var second = await Take(requestId: "r", worker: "w");
        await Cancel("c");
        await Subject.RestartAsync();
        (await Enqueue(message)).Duplicate.ShouldBe(true);
        await Enqueue(message with { Lease = null }).ShouldBeRefused(ErrorCode.MessageConflict);
        (await Take(requestId: "r")).ShouldBe(second);
        (await Fail(first)).Duplicate.ShouldBe(true);
        (await Redrive("a")).Duplicate.ShouldBe(true);
        (await Cancel("c")).Duplicate.ShouldBe(true);
        (await Service.CreateQueueAsync(Q, Plain)).Created.ShouldBeFalse();
        await Complete(second);
        await Subject.RestartAsync();
        (await Complete(second)).Duplicate.ShouldBe(true);
        (await Fail(first)).Duplicate.ShouldBe(true);
        await Release(second).ShouldBeRefused(ErrorCode.LeaseLost);
    }

    [Fact]
    public async Task Priorities_that_follow_from_the_time_of_enqueue_are_still_recognised_later()
    {
        await Queue();
        NewMessage[] messages = [new() { Id = "none" }, new() { Id = "offset", PriorityOffset = Seconds(-5) }];
        await EnqueueAll(messages);
        await Subject.RestartAsync();
        Advance(60);
        (await EnqueueAll(messages)).ShouldAllBe(result => result.Duplicate == true);
        foreach (var message in messages)
            await Enqueue(message with { PriorityOffset = Seconds(-6) }).ShouldBeRefused(ErrorCode.MessageConflict);
    }

    [Fact]
    public async Task What_was_purged_or_removed_does_not_come_back()
    {
        await Queue(Plain with { Retention = Seconds(1) });
        await Put("retired", MessageState.Canceled);
        Advance(1);
        await Gone("retired");
        await EnqueueAll("purged", "kept");
        await Take();
        await Service.PurgeAsync(Q, PurgeScope.Pending);
        await Subject.RestartAsync();
        (await Service.ListMessagesAsync(Q)).Messages.ShouldHaveSingleItem().Id.ShouldBe("purged");
    }

    [Fact]
    public async Task A_queue_deleted_and_created_again_starts_empty_after_a_restart()
    {
        await Queue();
        await Enqueue("old");
        await Service.DeleteQueueAsync(Q);
        await Queue();
        await Enqueue("new");
        await Subject.RestartAsync();
        (await TakeIds()).ShouldBe(["new"]);
    }

    [Fact]
    public async Task Large_payloads_and_many_messages_survive()
    {
        await Queue();
        var large = Payload.FromBytes(Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7)).ToArray());
        await Enqueue(new NewMessage { Id = "large", Priority = -1, Payload = large });
        foreach (var some in Enumerable.Range(0, 3000).Select(i => $"m{i}").Chunk(Limits.MaxBatch))
            await EnqueueAll(some);
        await Subject.RestartAsync();
        (await Take()).Payload.ShouldBe(large);
        (await TakeIds()).ShouldBe(Enumerable.Range(0, 1000).Select(i => $"m{i}"));
        (await Depth(MessageState.Pending)).ShouldBe(2000);
    }
}
