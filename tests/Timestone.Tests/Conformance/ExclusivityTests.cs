using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class ExclusivityTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_running_message_locks_its_value_and_the_best_of_another_is_served()
    {
        await Queue(Exclusive);
        await Enqueue("x1", 1, Owner("x"));
        await Enqueue("x2", 2, Owner("x"));
        await Enqueue("y1", 3, Owner("y"));
        (await Take()).Id.ShouldBe("x1");
        (await Take()).Id.ShouldBe("y1");
        await NothingToTake();
    }

    [Fact]
    public async Task A_dequeue_of_many_takes_the_best_one_of_each_value()
    {
        await Queue(Exclusive);
        foreach (var (id, owner) in new[] { ("x1", "x"), ("x2", "x"), ("y1", "y"), ("z1", "z"), ("y2", "y") })
            await Enqueue(id, metadata: Owner(owner));
        (await TakeIds(2)).ShouldBe(["x1", "y1"]);
        (await TakeIds(10)).ShouldBe(["z1"]);
    }

    public static TheoryData<string> WaysOut { get; } =
        ["complete", "failure", "failure with backoff", "permanent failure", "release", "release into invisibility", "cancel", "expiry"];

    [Theory]
    [MemberData(nameof(WaysOut))]
    public async Task A_value_is_free_again_when_its_message_leaves_running(string way)
    {
        await Queue(Exclusive);
        await Enqueue("x1", 2, Owner("x"));
        await Enqueue("free", 9, Owner("y"));
        var held = await Take();
        await Enqueue("x0", 1, Owner("x"));
        await (way switch
        {
            "complete" => Complete(held),
            "failure" => Fail(held),
            "failure with backoff" => Fail(held, invisible: Seconds(60)),
            "permanent failure" => Fail(held, permanent: true),
            "release" => Release(held),
            "release into invisibility" => Release(held, Seconds(60)),
            "cancel" => Cancel("x1"),
            _ => Task.CompletedTask,
        });
        if (way == "expiry")
            Advance(30);
        (await Take()).Id.ShouldBe("x0");
        (await TakeIds()).ShouldBe(["free"]);
    }

    [Fact]
    public async Task A_lease_that_is_extended_keeps_its_value_locked()
    {
        await Queue(Exclusive);
        await Enqueue("x1", metadata: Owner("x"));
        await Enqueue("x2", metadata: Owner("x"));
        await Extend(await Take(), Seconds(60));
        Advance(59);
        await NothingToTake();
        Advance(1);
        (await Take()).Id.ShouldBe("x1");
    }

    [Fact]
    public async Task A_message_of_a_locked_value_that_comes_to_be_pending_stays_locked()
    {
        await Queue(Exclusive);
        await Put("x errored".Replace(' ', '-'), MessageState.Errored, Owner("x"));
        await Enqueue("x-hidden", 1, Owner("x"), Seconds(5));
        await Enqueue("x-running", 2, Owner("x"));
        var held = await Take();
        held.Id.ShouldBe("x-running");
        Advance(5);
        await Redrive("x-errored");
        await NothingToTake();
        await Complete(held);
        (await TakeIds()).ShouldBe(["x-errored"]);
    }

    [Fact]
    public async Task Values_are_compared_exactly()
    {
        await Queue(Exclusive);
        foreach (var owner in new[] { "x", "X", "x ", "", "é", "e\u0301" })
            await Enqueue($"m{owner.Length}{owner.Sum(c => c)}", metadata: Owner(owner));
        (await TakeIds()).Length.ShouldBe(6);
    }

    [Fact]
    public async Task Only_the_exclusivity_key_excludes()
    {
        await Queue(Exclusive);
        await Enqueue("a", metadata: Pairs(("owner", "x"), ("color", "red")));
        await Enqueue("b", metadata: Pairs(("owner", "y"), ("color", "red")));
        (await TakeIds()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_simple_queue_excludes_nothing()
    {
        await Queue();
        await Enqueue("a", metadata: Owner("x"));
        await Enqueue("b", metadata: Owner("x"));
        (await TakeIds()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_filter_finds_the_best_message_that_matches_and_is_not_locked()
    {
        await Queue(Exclusive);
        await Enqueue("x-held", 1, Pairs(("owner", "x"), ("color", "blue")));
        await Enqueue("x-red", 2, Pairs(("owner", "x"), ("color", "red")));
        await Enqueue("y-blue", 3, Pairs(("owner", "y"), ("color", "blue")));
        await Enqueue("y-red", 4, Pairs(("owner", "y"), ("color", "red")));
        await Enqueue("z-red", 5, Pairs(("owner", "z"), ("color", "red")));
        (await Take()).Id.ShouldBe("x-held");
        (await TakeIds(filter: Metadata.Of("color", "red"))).ShouldBe(["y-red", "z-red"]);
        await NothingToTake();
    }

    [Fact]
    public async Task A_filter_on_a_locked_value_finds_nothing()
    {
        await Queue(Exclusive);
        await Enqueue("x1", metadata: Owner("x"));
        await Enqueue("x2", metadata: Owner("x"));
        await Enqueue("y1", metadata: Owner("y"));
        var held = await Take();
        await NothingToTake(Owner("x"));
        await Complete(held);
        (await TakeIds(filter: Owner("x"))).ShouldBe(["x2"]);
    }

    [Fact]
    public async Task A_dequeue_that_settles_the_holder_can_take_the_next_of_its_value()
    {
        await Queue(Exclusive);
        await Enqueue("x1", metadata: Owner("x"));
        await Enqueue("x2", metadata: Owner("x"));
        var held = await Take();
        var next = await Dequeue(new DequeueRequest { Settle = [Settlement.Complete("x1", held.LeaseToken!)] });
        next.Messages.ShouldHaveSingleItem().Id.ShouldBe("x2");
    }

    [Fact]
    public async Task A_message_without_the_key_is_refused_and_the_others_are_not()
    {
        await Queue(Exclusive);
        var results = await EnqueueAll([
            new NewMessage { Id = "a", Metadata = Owner("x") },
            new NewMessage { Id = "b", Metadata = Metadata.Of("Owner", "x") },
            new NewMessage { Id = "c", Metadata = Owner("y") },
        ]);
        results[1].ShouldBeRefused(ErrorCode.MissingExclusivityKey);
        (await TakeIds()).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task Messages_of_one_value_are_served_one_after_the_other_in_their_order()
    {
        await Queue(Exclusive);
        await EnqueueAll(Enumerable.Range(0, 60).Select(i => new NewMessage { Id = $"m{i:00}", Metadata = Owner($"{i % 3}") }));
        var served = new List<string>();
        while (await TakeMany(10) is { Count: > 0 } taken)
        {
            taken.Select(message => message.Metadata["owner"]).ShouldBeUnique();
            served.AddRange(taken.Select(message => message.Id));
            foreach (var message in taken)
                await Complete(message);
        }

        served.ShouldBe(served.Order());
        served.Count.ShouldBe(60);
    }
}
