using Shouldly;
using Timestone.Resilience;
using Xunit;

namespace Timestone.Tests.Resilience;

public sealed class SignalTests
{
    [Fact]
    public void It_ends_the_waits_that_began_before_it_and_no_later_ones()
    {
        var signal = new Signal(inline: true);
        signal.Set();
        var (first, second) = (signal.Next(), signal.Next());
        first.IsCompleted.ShouldBeFalse();
        signal.Set();
        first.IsCompletedSuccessfully.ShouldBeTrue();
        second.IsCompletedSuccessfully.ShouldBeTrue();
        signal.Next().IsCompleted.ShouldBeFalse();
    }
}
