using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>
/// Watches of leases. One answers alike whether it comes before a loss or after it, so that no test need know that it waits already.
/// </summary>
public abstract class LeaseWatchTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_watch_of_leases_that_are_held_answers_nothing_at_its_end_and_changes_nothing()
    {
        var held = await Held("a", "b");
        var watch = Watch(Seconds(5), held);
        await Extend(held[0], Limits.MaxLease);
        watch.IsCompleted.ShouldBeFalse();
        await AdvanceUntil(watch);
        (await watch).ShouldBeEmpty();
        (await Get("b")).Version.ShouldBe(held[1].Version);
        await Complete(held[1]);
    }

    [Fact]
    public async Task A_watch_that_does_not_wait_answers_at_once()
    {
        var held = await Held("a", "b");
        (await Answer(Watch(default, held))).ShouldBeEmpty();
        await Cancel("b");
        Lost(await Answer(Watch(default, held))).ShouldBe([("b", MessageState.Canceled, 3)]);
    }

    [Fact]
    public async Task A_consumer_is_told_that_its_message_was_called_off()
    {
        var held = await Held("a", "b");
        var watch = Watch(Limits.MaxWait, held);
        await Cancel("b", "not wanted");
        Lost(await Answer(watch)).ShouldBe([("b", MessageState.Canceled, 3)]);
    }

    [Fact]
    public async Task A_consumer_is_told_that_its_lease_expired()
    {
        await Queue();
        await Enqueue("a");
        var watch = Watch(Limits.MaxWait, await Take(lease: Seconds(5)));
        await AdvanceUntil(watch);
        Lost(await watch).ShouldBe([("a", MessageState.Pending, 3)]);
    }

    [Fact]
    public async Task A_consumer_is_told_that_another_has_its_message()
    {
        await Queue();
        await Enqueue("a");
        var first = await Take(lease: Seconds(5));
        Advance(5);
        var second = await Take();
        Lost(await Answer(Watch(Limits.MaxWait, first, second))).ShouldBe([("a", MessageState.Running, 4)]);
    }

    [Fact]
    public async Task A_redrive_gives_no_lease_back()
    {
        var held = await Held("a");
        await Cancel("a");
        await Redrive("a");
        Lost(await Answer(Watch(Limits.MaxWait, held))).ShouldBe([("a", MessageState.Pending, 4)]);
    }

    public static TheoryData<SettlementAction> Endings { get; } = [.. Enum.GetValues<SettlementAction>()];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_lease_that_its_consumer_ended_is_not_lost(SettlementAction ending)
    {
        var held = await Held("a");
        var watch = Watch(Seconds(5), held);
        await Answer(
            Service.SettleAsync(Q, new Settlement { Id = "a", LeaseToken = held[0].LeaseToken!, Action = ending })
        );
        (await Answer(Watch(default, held))).ShouldBeEmpty();

        // Nor does it matter what becomes of the message afterwards.
        if (ending != SettlementAction.Complete)
        {
            await Take();
            await Cancel("a");
        }

        watch.IsCompleted.ShouldBeFalse();
        await AdvanceUntil(watch);
        (await watch).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lost_leases_are_answered_in_the_order_in_which_they_were_asked_about()
    {
        var held = await Held("a", "b", "c");
        await Cancel("a");
        await Cancel("c");
        LeaseReference[] asked = [Lease(held[2]), new("unknown", "0"), Lease(held[1]), new("b", "no token"), Lease(held[0])];
        var lost = await Answer(Service.WatchLeasesAsync(Q, asked, Limits.MaxWait));
        lost.Select(static result => (result.Id, result.State, result.Error!.Code)).ShouldBe([
            ("c", MessageState.Canceled, ErrorCode.LeaseLost),
            ("unknown", null, ErrorCode.MessageNotFound),
            ("b", MessageState.Running, ErrorCode.LeaseLost),
            ("a", MessageState.Canceled, ErrorCode.LeaseLost),
        ]);
        lost[1].Version.ShouldBeNull();
    }

    [Fact]
    public async Task Everyone_who_watches_a_lease_is_told()
    {
        var held = await Held("a", "b");
        var watches = new[] { Watch(Limits.MaxWait, held), Watch(Limits.MaxWait, held[0]), Watch(Limits.MaxWait, held[0], held[0]) };
        await Cancel("a");
        Lost(await Answer(watches[0])).ShouldBe([("a", MessageState.Canceled, 3)]);
        Lost(await Answer(watches[1])).ShouldBe([("a", MessageState.Canceled, 3)]);
        (await Answer(watches[2])).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_deletion_of_the_queue_ends_a_watch()
    {
        var watch = Watch(Limits.MaxWait, await Held("a"));
        await Service.DeleteQueueAsync(Q);
        await Answer(watch).ShouldBeRefused(ErrorCode.QueueNotFound);
    }

    [Fact]
    public async Task A_watch_can_be_given_up()
    {
        var held = await Held("a");
        using var giveUp = new CancellationTokenSource();
        var watch = Service.WatchLeasesAsync(Q, [Lease(held[0])], Limits.MaxWait, giveUp.Token);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Answer(watch));
        await Complete(held[0]);
    }

    private static LeaseReference Lease(Message held) => new(held.Id, held.LeaseToken!);

    private static IEnumerable<(string?, MessageState?, int?)> Lost(IReadOnlyList<MessageResult> results)
    {
        results.ShouldAllBe(static result => result.Error!.Code == ErrorCode.LeaseLost);
        return results.Select(static result => (result.Id, result.State, result.Version));
    }

    private Task<IReadOnlyList<MessageResult>> Watch(TimeSpan wait, params Message[] held) =>
        Service.WatchLeasesAsync(Q, [.. held.Select(Lease)], wait);

    private async Task<Message[]> Held(params string[] ids)
    {
        await Queue();
        await EnqueueAll(ids);
        return [.. (await Dequeue(new DequeueRequest { Max = ids.Length, Lease = Limits.MaxLease })).Messages];
    }
}
