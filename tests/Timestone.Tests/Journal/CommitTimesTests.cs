using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Journals;
using Xunit;

namespace Timestone.Tests.Journal;

public sealed class CommitTimesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_was_committed_before_it_began_is_not_known()
    {
        var times = new CommitTimes<long>(_clock, static () => null);
        times.Since(7).ShouldBeNull();
        times.Note(10);
        times.Since(7).ShouldBeNull();
    }

    [Fact]
    public void The_first_commit_after_a_pause_is_told_to_the_moment()
    {
        var times = new CommitTimes<long>(_clock, static () => null);
        times.Note(0);
        _clock.Advance(TimeSpan.FromHours(1));
        times.Note(1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        times.Since(1).ShouldBe(TimeSpan.FromSeconds(2));
        times.Since(0)!.Value.ShouldBe(TimeSpan.FromSeconds(3602));
    }

    [Fact]
    public void After_a_long_outage_notes_are_close_together_again()
    {
        const int Outage = 200_000, After = 1_000;
        long? acknowledged = 0;
        var times = new CommitTimes<long>(_clock, () => acknowledged);
        for (var commit = 1; commit <= Outage + After; commit++)
        {
            times.Note(commit);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            if (commit == Outage)
                acknowledged = Outage;
        }

        times.Since(Outage + After - 1)!.Value.ShouldBeLessThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void It_never_tells_too_little_and_a_twentieth_too_much_at_most()
    {
        var times = new CommitTimes<long>(_clock, static () => null);
        var began = _clock.GetTimestamp();
        const int Seconds = 2000;
        for (var commit = 0; commit < Seconds * 100; commit++)
        {
            times.Note(commit);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        for (var place = 0; place < Seconds * 100; place += 777)
        {
            var truth = _clock.GetElapsedTime(began) - TimeSpan.FromMilliseconds(10 * place);
            var told = times.Since(place).ShouldNotBeNull();
            told.ShouldBeGreaterThanOrEqualTo(truth);
            told.ShouldBeLessThan((truth * 1.05) + TimeSpan.FromSeconds(Seconds / 100));
        }
    }
}
