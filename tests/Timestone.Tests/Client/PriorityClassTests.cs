using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class PriorityClassTests
{
    [Fact]
    public void A_class_is_an_offset_to_the_time()
    {
        var start = ManualTimeProvider.Start;
        var time = start.ToUnixTimeMilliseconds();

        PriorityClass.Normal.At(start).ShouldBe(time);
        PriorityClass.High.At(start).ShouldBe(time - 3_600_000);
        new PriorityClass("invoices", TimeSpan.FromSeconds(90)).At(start).ShouldBe(time + 90_000);
    }

    [Fact]
    public void Classes_rank_in_order_at_one_time()
    {
        PriorityClass[] best = [PriorityClass.Critical, PriorityClass.High, PriorityClass.Normal, PriorityClass.Low, PriorityClass.Bulk];
        best.Select(one => one.At(ManualTimeProvider.Start)).ShouldBeInOrder();
    }

    [Fact]
    public void No_class_starves() =>
        PriorityClass.Low.At(ManualTimeProvider.Start).ShouldBeLessThan(PriorityClass.High.At(ManualTimeProvider.Start.AddHours(3)));
}
