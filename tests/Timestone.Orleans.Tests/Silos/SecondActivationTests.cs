using Orleans.Runtime.Placement;
using Shouldly;
using Timestone.Grains;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Slow]
public sealed class SecondActivationTests : SiloTests
{
    [Fact]
    public async Task Of_two_activations_of_a_queue_the_fenced_one_stops_and_nothing_is_lost()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "before" });
        var first = Silos.OwnerOf(Queue);
        var second = Enumerable.Range(1, 2).First(silo => silo != first);
        await TestSilos.ForgetAsync(Queue);

        RequestContext.Set(IPlacementDirector.PlacementHintKey, Silos.AddressOf(second));
        var other = Silos.Grains(second).GetGrain<IQueueGrain>(Queue);
        (await other.EnqueueAsync(One("second"))).Items.ShouldHaveSingleItem().Error.ShouldBeNull();
        RequestContext.Clear();
        Silos.Locals[first].Open.ShouldContain(Queue);
        Silos.Locals[second].Open.ShouldContain(Queue);

        var stale = Silos.Grains(first).GetGrain<IQueueGrain>(Queue);
        var refusal = await Should.ThrowAsync<TimestoneException>(() => stale.EnqueueAsync(One("first")));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);

        await Eventually.SucceedAsync(() => stale.EnqueueAsync(One("after")));
        Silos.OwnerOf(Queue).ShouldBe(second);
        var taken = (await Service.DequeueAsync(Queue, new DequeueRequest { Max = 10 })).Messages;
        taken.Select(message => message.Id).ShouldBe(["before", "second", "after"]);
        foreach (var message in taken)
            await Service.CompleteAsync(Queue, message.Id, message.LeaseToken!);
        (await Service.GetStatsAsync(Queue)).Counts.Completed.ShouldBe(3);
    }

    private static Batch<NewMessage> One(string id) => new([new NewMessage { Id = id }]);
}
