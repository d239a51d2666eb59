using Shouldly;
using Timestone.Tests.Reference;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Simulation;

/// <summary>
/// Random histories against the reference. A failure names its seed, which repeats it. The same seeds are run every time,
/// and a block of fresh ones besides.
/// </summary>
[Slow]
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_engine_answers_as_the_reference_does()
    {
        var (sweeps, watches) = (new SweepCounts(), new WatchCounts());
        Seeds.Run(
            output,
            seed =>
            {
                var run = EngineSimulation.Run(seed);
                sweeps.Add(run.Sweeps);
                watches.Add(run.Watches);
            },
            9_000,
            1_000
        );
        output.WriteLine($"{sweeps}; {watches}");
        Tried(sweeps, watches, 50);
    }

    [Fact]
    public void What_the_journal_acknowledged_survives_crashes_and_failures()
    {
        var counts = new SimulationCounts();
        Seeds.Run(output, seed => counts.Add(JournalSimulation.Run(seed)), 3_600, 400);
        output.WriteLine($"{counts}");
        Tried(counts.Sweeps, counts.Watches, 3);
        if (SimulationSwitches.Seed is not null)
            return;
        // None of the crashes was taken for a loss, and none of the losses for a crash: of each there must have been many.
        counts.RunsWithCrash.ShouldBeGreaterThan(counts.Runs / 2);
        counts.Crashes.ShouldBeGreaterThan(counts.Runs);
        counts.Poisonings.ShouldBeGreaterThan(counts.Runs);
        counts.TakeOvers.ShouldBeGreaterThan(counts.Runs / 2);
        counts.Compactions.ShouldBeGreaterThan(counts.Runs / 10);
        counts.Refusals.ShouldBeGreaterThan(counts.Runs / 10);
        counts.TimesWithoutSpace.ShouldBeGreaterThan(counts.Runs / 2);
        counts.Gaps.ShouldBeGreaterThan(counts.Runs / 20);
        counts.FailedStarts.ShouldBeGreaterThan(counts.Runs / 20);
        counts.Losses.ShouldBeGreaterThan(counts.Runs / 20);
        counts.JumpsForward.ShouldBeGreaterThan(counts.Runs / 4);
        counts.JumpsBack.ShouldBeGreaterThan(counts.Runs / 4);
        counts.JumpsWithinBoot.ShouldBeGreaterThan(counts.Runs / 4);
        counts.BatchesAhead.ShouldBeGreaterThan(counts.Runs);
    }

    // One seed alone need not come to everything.
    private static void Tried(SweepCounts sweeps, WatchCounts watches, int times) =>
        new[] { sweeps.Least, watches.Lost, watches.NotLost }
            .Min()
            .ShouldBeGreaterThanOrEqualTo(SimulationSwitches.Seed is null ? times : 0, $"{sweeps}; {watches}");
}
