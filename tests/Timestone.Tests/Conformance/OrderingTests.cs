using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class OrderingTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task Without_priorities_a_queue_is_first_in_first_out()
    {
        await Queue();
        foreach (var id in new[] { "c", "a", "b" })
        {
            await Enqueue(id);
            Advance(1);
        }

        (await TakeIds()).ShouldBe(["c", "a", "b"]);
    }

    [Fact]
    public async Task A_lower_priority_is_dequeued_first()
    {
        await Queue();
        await Enqueue("high", 10);
        await Enqueue("low", -10);
        await Enqueue("middle", 0);
        await Enqueue("lowest", long.MinValue);
        await Enqueue("highest", long.MaxValue);
        (await TakeIds()).ShouldBe(["lowest", "low", "middle", "high", "highest"]);
    }

    [Fact]
    public async Task Ties_are_dequeued_in_the_order_of_enqueue()
    {
        await Queue();
        foreach (var id in new[] { "c", "a", "d", "b" })
            await Enqueue(id, 7);
        (await TakeIds()).ShouldBe(["c", "a", "d", "b"]);
    }

    [Fact]
    public async Task Messages_of_one_batch_rank_in_its_order()
    {
        await Queue();
        await EnqueueAll("c", "a", "b");
        (await TakeIds()).ShouldBe(["c", "a", "b"]);
    }

    [Fact]
    public async Task A_deadline_ranks_among_priorities_as_its_milliseconds()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "deadline", Deadline = Now + Seconds(5) });
        await Enqueue("after", Now.ToUnixTimeMilliseconds() + 5001);
        await Enqueue("tie", Now.ToUnixTimeMilliseconds() + 5000);
        await Enqueue("default");
        (await TakeIds()).ShouldBe(["default", "deadline", "tie", "after"]);
    }

    [Fact]
    public async Task An_offset_ranks_among_priorities_as_the_time_of_enqueue_with_it()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "later", PriorityOffset = Seconds(5) });
        await Enqueue("tie", Now.ToUnixTimeMilliseconds() + 5000);
        await Enqueue(new NewMessage { Id = "earlier", PriorityOffset = Seconds(-5) });
        await Enqueue("default");
        Advance(4);
        await Enqueue(new NewMessage { Id = "less", PriorityOffset = Seconds(-6) });
        await Enqueue(new NewMessage { Id = "zero", PriorityOffset = TimeSpan.Zero });
        (await TakeIds()).ShouldBe(["earlier", "less", "default", "zero", "later", "tie"]);
    }

    [Fact]
    public async Task A_better_message_that_comes_later_is_served_first()
    {
        await Queue();
        await Enqueue("worse", 2);
        await Enqueue("better", 1);
        (await Take()).Id.ShouldBe("better");
    }

    [Fact]
    public async Task A_message_that_becomes_visible_ranks_by_priority_and_enqueue_not_by_when_it_did()
    {
        await Queue();
        await Enqueue("hidden", 1, invisible: Seconds(10));
        await Enqueue("tie", 1);
        await Enqueue("worse", 2);
        Advance(10);
        (await TakeIds()).ShouldBe(["hidden", "tie", "worse"]);
    }

    public static TheoryData<string> WaysBack { get; } = ["release", "failure", "expiry", "redrive", "backoff"];

    [Theory]
    [MemberData(nameof(WaysBack))]
    public async Task A_message_that_comes_back_keeps_its_rank(string way)
    {
        await Queue();
        await Enqueue("best", 1);
        foreach (var id in new[] { "first", "second", "third" })
            await Enqueue(id, 5);
        (await Take()).Id.ShouldBe("best");
        var taken = await TakeMany(2);
        await (way switch
        {
            "release" => Release(taken[0]),
            "failure" => Fail(taken[0]),
            "backoff" => Fail(taken[0], invisible: Seconds(5)),
            "redrive" => Fail(taken[0], permanent: true),
            _ => Task.CompletedTask,
        });
        if (way == "redrive")
            await Redrive("first");
        Advance(way == "expiry" ? 30 : 5);
        await Enqueue("last", 5);
        (await TakeIds()).ShouldBe(way == "expiry" ? ["best", "first", "second", "third", "last"] : ["first", "third", "last"]);
    }

    [Fact]
    public async Task Whatever_the_order_of_enqueue_the_order_of_dequeue_is_that_of_the_ranks()
    {
        const int Seed = 20260131;
        var random = new Random(Seed);
        await Queue();
        var messages = Enumerable.Range(0, 500).Select(i => new NewMessage { Id = $"m{i}", Priority = random.Next(-20, 20) }).ToList();
        await EnqueueAll(messages);
        var expected = messages.OrderBy(message => message.Priority).Select(message => message.Id);
        (await TakeIds()).ShouldBe(expected, $"seed {Seed}");
    }
}
