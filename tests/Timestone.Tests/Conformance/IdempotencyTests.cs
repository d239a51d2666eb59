using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>The same thing said again. Per situation of a message, <see cref="LifecycleTable"/> has more of it.</summary>
public abstract class IdempotencyTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly NewMessage Full = new()
    {
        Id = "a",
        Payload = Json("{\"n\":1}"),
        Metadata = Pairs(("x", "1"), ("y", "2")),
        Priority = 5,
        Invisible = Seconds(3),
        Lease = Seconds(7),
    };

    private static readonly NewMessage ByOffset = Full with { Priority = null, PriorityOffset = Seconds(-5) };

    private static readonly Dictionary<string, (NewMessage First, NewMessage Second)> Pairings = new()
    {
        ["another payload"] = (Full, Full with { Payload = Json("{\"n\":2}") }),
        ["a payload written otherwise"] = (Full, Full with { Payload = Json("{\"n\": 1}") }),
        ["the same bytes as another kind"] = (Full, Full with { Payload = Payload.FromBytes("{\"n\":1}"u8.ToArray()) }),
        ["no payload"] = (Full, Full with { Payload = default }),
        ["another metadata value"] = (Full, Full with { Metadata = Pairs(("x", "1"), ("y", "3")) }),
        ["one metadata pair less"] = (Full, Full with { Metadata = Pairs(("x", "1")) }),
        ["one metadata pair more"] = (Full, Full with { Metadata = Pairs(("x", "1"), ("y", "2"), ("z", "3")) }),
        ["another priority"] = (Full, Full with { Priority = 6 }),
        ["no priority"] = (Full, Full with { Priority = null }),
        ["a priority where there was none"] = (Full with { Priority = null }, Full),
        ["the priority as a deadline"] = (
            Full with
            {
                Priority = Noon.ToUnixTimeMilliseconds(),
            },
            Full with
            {
                Priority = null,
                Deadline = Noon,
            }
        ),
        ["another deadline"] = (
            Full with
            {
                Priority = null,
                Deadline = Noon,
            },
            Full with
            {
                Priority = null,
                Deadline = Noon.AddMilliseconds(1),
            }
        ),
        ["another offset"] = (ByOffset, ByOffset with { PriorityOffset = Seconds(-6) }),
        ["no offset"] = (ByOffset, ByOffset with { PriorityOffset = null }),
        ["an offset where there was none"] = (Full with { Priority = null }, ByOffset),
        ["an offset of zero where there was none"] = (Full with { Priority = null }, ByOffset with { PriorityOffset = TimeSpan.Zero }),
        ["an offset instead of a priority"] = (Full, ByOffset),
        ["another invisibility"] = (Full, Full with { Invisible = Seconds(4) }),
        ["no invisibility"] = (Full, Full with { Invisible = null }),
        ["an invisibility that is the queue's"] = (Full with { Invisible = null }, Full with { Invisible = TimeSpan.Zero }),
        ["a time to become visible"] = (Full, Full with { Invisible = null, VisibleAt = Noon }),
        ["another time to become visible"] = (
            Full with
            {
                Invisible = null,
                VisibleAt = Noon,
            },
            Full with
            {
                Invisible = null,
                VisibleAt = Noon.AddMilliseconds(1),
            }
        ),
        ["another lease"] = (Full, Full with { Lease = Seconds(8) }),
        ["no lease"] = (Full, Full with { Lease = null }),
        ["a lease that is the queue's"] = (Full with { Lease = null }, Full with { Lease = Plain.Lease }),
    };

    public static TheoryData<string> Differences { get; } = [.. Pairings.Keys];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task A_message_enqueued_again_with_other_content_is_a_conflict(string difference)
    {
        var (first, second) = Pairings[difference];
        await Queue();
        await Enqueue(first);
        var before = await Get("a");
        await Enqueue(second).ShouldBeRefused(ErrorCode.MessageConflict);
        (await Get("a")).ShouldBe(before);
        (await Enqueue(first)).Duplicate.ShouldBe(true);
    }

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task A_message_enqueued_again_with_the_same_content_is_the_stored_one(string difference)
    {
        foreach (
            var message in new[] { Pairings[difference].First with { Id = "first" }, Pairings[difference].Second with { Id = "second" } }
        )
        {
            await Queue();
            var first = await Enqueue(message);
            Advance(1);
            (await Enqueue(message with { Metadata = Metadata.From(message.Metadata.Reverse()) })).ShouldBe(
                first with
                {
                    Duplicate = true,
                }
            );
        }
    }

    [Fact]
    public async Task The_priority_that_an_offset_gave_is_another_content()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", PriorityOffset = Seconds(-5) });
        await Enqueue("a", (await Get("a")).Priority).ShouldBeRefused(ErrorCode.MessageConflict);
    }

    [Fact]
    public async Task The_same_time_in_another_zone_is_the_same_content()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", Deadline = Noon, VisibleAt = Noon });
        var elsewhere = Noon.ToOffset(TimeSpan.FromHours(2));
        (await Enqueue(new NewMessage { Id = "a", Deadline = elsewhere, VisibleAt = elsewhere })).Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task A_message_enqueued_again_answers_as_it_stands()
    {
        await Queue();
        await Enqueue("a", 1);
        await Complete(await Take());
        (await Enqueue("a", 1)).ShouldBe(new MessageResult { Id = "a", State = MessageState.Completed, Version = 3, Duplicate = true });
        await NothingToTake();
    }

    [Fact]
    public async Task A_message_enqueued_again_is_answered_though_its_queue_is_blocked_or_full()
    {
        await Queue(Plain with { MaxDepth = 1 });
        await Enqueue("a", 1);
        (await Enqueue("a", 1)).Duplicate.ShouldBe(true);
        await Service.BlockEnqueueAsync(Q);
        (await Enqueue("a", 1)).Duplicate.ShouldBe(true);
        await Enqueue("a", 2).ShouldBeRefused(ErrorCode.MessageConflict);
    }

    [Fact]
    public async Task A_message_enqueued_by_many_at_once_is_enqueued_once()
    {
        await Queue();
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Enqueue("a", 1)));
        results.Count(result => result.Duplicate == false).ShouldBe(1);
        (await TakeIds()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_repeated_dequeue_answers_the_same_leases()
    {
        await Queue();
        await EnqueueAll("a", "b", "c");
        var request = new DequeueRequest { Max = 2, RequestId = "r", Worker = "w" };
        var first = await Dequeue(request);
        Advance(29.999);
        (await Dequeue(request)).Messages.ShouldBe(first.Messages);
        (await TakeIds()).ShouldBe(["c"]);
    }

    [Fact]
    public async Task A_repeated_dequeue_answers_those_of_its_leases_that_still_run_and_takes_no_new_ones()
    {
        await Queue();
        foreach (var (id, priority) in new[] { ("a", 1), ("b", 2), ("c", 3), ("d", 4) })
            await Enqueue(id, priority);
        var request = new DequeueRequest { Max = 3, RequestId = "r" };
        var first = (await Dequeue(request)).Messages;
        await Complete(first[1]);
        await Enqueue("better", 0);
        (await Dequeue(request)).Messages.ShouldBe([first[0], first[2]]);
        await Cancel("a");
        (await Dequeue(request)).Messages.ShouldBe([first[2]]);
        (await Depth(MessageState.Pending)).ShouldBe(2);
    }

    [Fact]
    public async Task A_repeated_dequeue_shows_its_leases_as_they_stand()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take(requestId: "r");
        await Extend(taken, Seconds(500), Json("1"));
        (await Take(requestId: "r")).ShouldBe(taken with { LeaseExpiresAt = Now + Seconds(500), Progress = Json("1") });
    }

    public static TheoryData<string> WaysOut { get; } = ["complete", "fail", "release", "cancel", "expiry"];

    [Theory]
    [MemberData(nameof(WaysOut))]
    public async Task A_request_none_of_whose_leases_runs_any_more_is_a_new_one(string way)
    {
        await Queue();
        await Enqueue("a", 2);
        var first = await Take(requestId: "r");
        await (way switch
        {
            "complete" => Complete(first),
            "fail" => Fail(first, permanent: true),
            "release" => Release(first, Seconds(500)),
            "cancel" => Cancel("a"),
            _ => Task.CompletedTask,
        });
        if (way == "expiry")
            Advance(30);
        await Enqueue("b", 1);
        var second = await Take(requestId: "r");
        second.Id.ShouldBe("b");
        (await Take(requestId: "r")).ShouldBe(second);
    }

    [Fact]
    public async Task A_lease_that_another_request_took_over_is_not_answered_again()
    {
        await Queue();
        await Enqueue("a");
        await Take(requestId: "first");
        Advance(30);
        var second = await Take(requestId: "second");
        (await Dequeue(new DequeueRequest { RequestId = "first" })).Messages.ShouldBeEmpty();
        (await Take(requestId: "second")).ShouldBe(second);
    }

    [Fact]
    public async Task A_repeated_dequeue_is_answered_though_its_queue_is_blocked()
    {
        await Queue();
        await EnqueueAll("a", "b");
        var taken = await Take(requestId: "r");
        await Service.BlockDequeueAsync(Q);
        (await Take(requestId: "r")).ShouldBe(taken);
        (await Dequeue(new DequeueRequest { RequestId = "other" })).Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeated_dequeue_settles_again_with_success()
    {
        await Queue();
        await EnqueueAll("a", "b", "c");
        var held = await Take();
        var request = new DequeueRequest { RequestId = "r", Settle = [Settlement.Complete("a", held.LeaseToken!)] };
        var first = await Dequeue(request);
        var again = await Dequeue(request);
        again.Messages.ShouldBe(first.Messages);
        again.Settled.ShouldBe([first.Settled![0] with { Duplicate = true }]);
    }

    [Fact]
    public async Task A_request_that_found_nothing_can_be_repeated()
    {
        await Queue();
        (await Dequeue(new DequeueRequest { RequestId = "r" })).Messages.ShouldBeEmpty();
        await Enqueue("a");
        (await Take(requestId: "r")).Id.ShouldBe("a");
    }

    [Fact]
    public async Task Without_a_request_id_every_dequeue_is_a_new_one()
    {
        await Queue();
        await EnqueueAll("a", "b");
        (await Take()).Id.ShouldBe("a");
        (await Take()).Id.ShouldBe("b");
    }

    [Fact]
    public async Task A_settlement_told_again_is_success_even_after_other_leases()
    {
        await Queue();
        await Enqueue("a");
        var first = await Take();
        await Fail(first);
        var second = await Take();
        await Release(second);
        var third = await Take();
        (await Fail(first)).ShouldBe(new MessageResult { Id = "a", State = MessageState.Running, Version = 6, Duplicate = true });
        (await Release(second)).Duplicate.ShouldBe(true);
        await Complete(third);
        (await Fail(first)).ShouldBe(new MessageResult { Id = "a", State = MessageState.Completed, Version = 7, Duplicate = true });
        (await Complete(third)).Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task A_settlement_told_again_changes_nothing()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Complete(taken, Json("1"));
        var before = await Get("a");
        Advance(5);
        (await Complete(taken, Json("2"))).Duplicate.ShouldBe(true);
        (await Get("a")).ShouldBe(before);
    }

    [Fact]
    public async Task A_message_s_sixteen_latest_settlements_can_be_told_again()
    {
        await Queue();
        await Enqueue("a");
        var leases = new List<Message>();
        for (var i = 0; i < 17; i++)
        {
            leases.Add(await Take());
            await Release(leases[^1]);
        }

        await Release(leases[0]).ShouldBeRefused(ErrorCode.LeaseLost);
        foreach (var lease in leases.Skip(1))
            (await Release(lease)).Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task An_extension_told_again_is_success_and_counts_from_then()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Extend(taken, Seconds(50), Json("1"));
        Advance(5);
        (await Extend(taken, Seconds(50), Json("1"))).LeaseExpiresAt.ShouldBe(Now + Seconds(50));
    }

    [Fact]
    public async Task A_cancel_told_again_keeps_the_first_reason()
    {
        await Queue();
        await Enqueue("a");
        var first = await Cancel("a", "first");
        (await Cancel("a", "second")).ShouldBe(first with { Duplicate = true });
        (await Get("a")).Error.ShouldBe("first");
    }

    [Fact]
    public async Task A_redrive_told_again_is_success_whatever_became_of_the_message_since()
    {
        await Queue();
        await Put("a", MessageState.Errored);
        var first = await Redrive("a");
        (await Redrive("a")).ShouldBe(first with { Duplicate = true });
        var taken = await Take();
        (await Redrive("a")).State.ShouldBe(MessageState.Running);
        await Complete(taken);
        (await Redrive("a")).ShouldBe(new MessageResult { Id = "a", State = MessageState.Completed, Version = 6, Duplicate = true });
    }

    [Fact]
    public async Task Leases_that_ended_before_a_redrive_are_still_remembered()
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Fail(taken, permanent: true);
        await Redrive("a");
        (await Fail(taken, permanent: true)).Duplicate.ShouldBe(true);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }
}
