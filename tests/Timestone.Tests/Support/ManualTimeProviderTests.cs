using Shouldly;
using Xunit;

namespace Timestone.Tests.Support;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void It_stands_still_until_it_is_advanced()
    {
        var start = _clock.GetUtcNow();
        _clock.GetUtcNow().ShouldBe(start);
        _clock.Advance(TimeSpan.FromSeconds(5));
        _clock.GetUtcNow().ShouldBe(start.AddSeconds(5));
    }

    [Fact]
    public void A_timer_fires_at_its_time_and_once()
    {
        var fired = new List<DateTimeOffset>();
        var start = _clock.GetUtcNow();
        using var timer = _clock.CreateTimer(_ => fired.Add(_clock.GetUtcNow()), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromSeconds(2));
        fired.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(20));
        fired.ShouldBe([start.AddSeconds(3)]);
    }

    [Fact]
    public void A_timer_with_a_period_fires_each_time()
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(6));
        fired.ShouldBe(3);
    }

    [Fact]
    public void A_timer_that_a_callback_sets_is_met_by_the_same_advance()
    {
        var fired = 0;
        ITimer? second = null;
        using var first = _clock.CreateTimer(
            _ => second = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromSeconds(2));
        fired.ShouldBe(1);
        second!.Dispose();
    }

    [Fact]
    public void A_disposed_timer_does_not_fire()
    {
        var fired = 0;
        _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        _clock.Advance(TimeSpan.FromSeconds(2));
        fired.ShouldBe(0);
    }

    [Fact]
    public void A_jump_moves_the_wall_clock_alone()
    {
        var (start, timestamp, fired) = (_clock.GetUtcNow(), _clock.GetTimestamp(), 0);
        using var timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _clock.Jump(TimeSpan.FromHours(1));
        _clock.Jump(TimeSpan.FromHours(-3));
        _clock.GetUtcNow().ShouldBe(start.AddHours(-2));
        _clock.GetElapsedTime(timestamp).ShouldBe(TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.GetUtcNow().ShouldBe(start.AddHours(-2).AddSeconds(1));
        _clock.GetElapsedTime(timestamp).ShouldBe(TimeSpan.FromSeconds(1));
        fired.ShouldBe(1);
    }
}
