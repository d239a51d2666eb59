using Shouldly;
using Timestone.Engine;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>A queue's time beside a wall clock that does what it likes and a monotonic clock that does not.</summary>
public sealed class QueueClockTests(ITestOutputHelper output)
{
    private const long Start = 1_700_000_000_000;
    private const long Hour = 3_600_000;

    // Nanoseconds, as on Linux.
    private const long Frequency = 1_000_000_000;
    private const int Runs = 300;

    [Fact]
    public void It_is_the_wall_clock_while_that_does_not_go_back() => Repeat(random =>
    {
        var (wall, elapsed, clock) = (Start, 0L, Opened(Start));
        for (var step = 0; step < 200; step++)
        {
            var passed = NextPassed(random);
            elapsed += passed;
            // The wall clock may jump forward: that is followed at once.
            wall += passed + (random.Next(20) == 0 ? random.NextInt64(2 * Hour) : 0);
            clock.Read(wall, Stamp(elapsed)).ShouldBe(wall);
        }

        return 200;
    });

    [Fact]
    public void It_never_goes_back() => Repeat(random =>
    {
        var (wall, elapsed, clock, last, ahead) = (Start, 0L, Opened(Start), Start, 0);
        for (var step = 0; step < 200; step++)
        {
            (wall, elapsed) = Step(random, wall, elapsed, NextPassed(random));
            var now = clock.Read(wall, Stamp(elapsed));
            now.ShouldBeGreaterThanOrEqualTo(last);
            now.ShouldBeGreaterThanOrEqualTo(wall);
            clock.Peek(wall, Stamp(elapsed)).ShouldBe(now);
            ahead += now > wall ? 1 : 0;
            last = now;
        }

        return ahead;
    });

    [Fact]
    public void A_duration_is_off_by_a_hundredth_at_most_however_the_wall_clock_goes_back() => Repeat(random =>
    {
        var (wall, elapsed, clock, ahead) = (Start, 0L, Opened(Start + random.NextInt64(2 * Hour)), 0);
        var begun = clock.Read(wall, Stamp(elapsed));
        var (from, length) = (elapsed, random.NextInt64(1, 2 * Hour));
        while (clock.Read(wall, Stamp(elapsed)) is var now && now < begun + length)
        {
            (elapsed - from).ShouldBeLessThanOrEqualTo((long)Math.Ceiling(length / 0.99) + 1);
            var passed = Math.Min(NextPassed(random), QueueClock.Until(begun + length, now, wall));
            elapsed += passed;
            wall += passed - (random.Next(3) == 0 ? random.NextInt64(Hour) : 0);
            ahead += now > wall ? 1 : 0;
        }

        (elapsed - from).ShouldBeInRange(length, (long)Math.Ceiling(length / 0.99) + 1);
        return ahead;
    });

    [Fact]
    public void It_meets_the_wall_clock_after_a_hundred_times_as_long_as_it_was_ahead() => Repeat(random =>
    {
        var (lead, clock) = (random.NextInt64(1, 24 * Hour), default(QueueClock));
        clock = Opened(Start + lead);
        var meets = 100 * lead;
        for (var passed = 0L; passed < meets; passed += Math.Max(1, Math.Min(random.NextInt64(meets), meets - passed)))
            clock.Read(Start + passed, Stamp(passed)).ShouldBeGreaterThanOrEqualTo(Start + passed);
        clock.Read(Start + meets - 101, Stamp(meets - 101)).ShouldBeGreaterThan(Start + meets - 101);
        clock.Read(Start + meets, Stamp(meets)).ShouldBe(Start + meets);
        clock.Read(Start + meets + 1, Stamp(meets + 1)).ShouldBe(Start + meets + 1);
        return 1;
    });

    [Fact]
    public void How_often_it_is_read_while_it_is_ahead_changes_nothing() => Repeat(random =>
    {
        var (often, once) = (Opened(Start + Hour), Opened(Start + Hour));
        var elapsed = 0L;
        for (var step = 0; step < 200; step++)
        {
            elapsed += random.Next(20);
            often.Read(Start + elapsed, Stamp(elapsed));
        }

        once.Read(Start + elapsed, Stamp(elapsed)).ShouldBe(often.Read(Start + elapsed, Stamp(elapsed)));
        return 1;
    });

    [Fact]
    public void What_is_due_is_due_no_earlier_than_until_says_and_no_later() => Repeat(random =>
    {
        var clock = Opened(Start + random.NextInt64(2_000));
        var now = clock.Read(Start, Stamp(0));
        var due = now + random.NextInt64(1, 300_000);
        var until = QueueClock.Until(due, now, Start);
        clock.Peek(Start + until, Stamp(until)).ShouldBeInRange(due, due + 1);
        clock.Peek(Start + until - 1, Stamp(until - 1)).ShouldBeLessThanOrEqualTo(due);
        QueueClock.Until(now, now, Start).ShouldBe(0);
        return now > Start ? 1 : 0;
    });

    [Fact]
    public void Centuries_do_not_overflow()
    {
        var clock = Opened(Start + (1000 * 365 * 24 * Hour));
        var elapsed = 290L * 365 * 24 * Hour;
        clock.Read(Start, Stamp(elapsed)).ShouldBe(Start + (1000 * 365 * 24 * Hour) + (elapsed / 100 * 99));
        Opened(long.MinValue).Read(Start, Stamp(elapsed)).ShouldBe(Start);
    }

    [Fact]
    public void What_was_noted_goes_on_with_the_wall_clock_as_the_queue_s_time_does() =>
        Repeat(random =>
        {
            var (lead, passed) = (random.NextInt64(1, 2 * Hour), random.NextInt64(300 * Hour));
            var clock = Opened(Start + lead);
            new SeenTime(Start + lead, Start)
                .At(Start + passed)
                .ShouldBeInRange(clock.Peek(0, Stamp(passed)) - 1, clock.Peek(0, Stamp(passed)));
            new SeenTime(Start + lead, Start).At(Start - passed).ShouldBe(Start + lead);
            return 1;
        });

    private static QueueClock Opened(long latest) => new(latest, Stamp(0), Frequency);

    private static long Stamp(long milliseconds) => milliseconds * (Frequency / 1000);

    // Mostly a moment, now and then hours.
    private static long NextPassed(Random random) => random.Next(10) switch
    {
        0 => random.NextInt64(3 * Hour),
        < 4 => random.NextInt64(10_000),
        _ => random.NextInt64(5),
    };

    private static (long Wall, long Elapsed) Step(Random random, long wall, long elapsed, long passed) =>
        (wall + passed + (random.Next(5) == 0 ? random.NextInt64(-2 * Hour, 2 * Hour) : 0), elapsed + passed);

    // What a run counts is what it is about: all runs together must have met it.
    private void Repeat(Func<Random, int> run)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}.");
        var random = new Random(seed);
        Enumerable.Range(0, Runs).Sum(_ => run(random)).ShouldBeGreaterThan(Runs / 4);
    }
}
