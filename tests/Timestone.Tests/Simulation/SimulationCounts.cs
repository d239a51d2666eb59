using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>What happened in runs of <see cref="JournalSimulation"/>, to see that they are what they are meant to be.</summary>
internal sealed class SimulationCounts
{
    public int Runs { get; set; }

    /// <summary>Runs with a crash before the one that ends each.</summary>
    public int RunsWithCrash { get; set; }

    public int Crashes { get; set; }

    public int FailedStarts { get; set; }

    public int Poisonings { get; set; }

    public int TakeOvers { get; set; }

    public int Compactions { get; set; }

    public int Refusals { get; set; }

    public int TimesWithoutSpace { get; set; }

    public int Gaps { get; set; }

    public SweepCounts Sweeps { get; } = new();

    public WatchCounts Watches { get; } = new();

    /// <summary>Losses of what was durable that were found out.</summary>
    public int Losses { get; set; }

    public int JumpsForward { get; set; }

    public int JumpsBack { get; set; }

    /// <summary>Jumps while nothing ran, and the machine did not boot anew.</summary>
    public int JumpsWithinBoot { get; set; }

    /// <summary>Batches that a queue began while its time was ahead of the wall clock.</summary>
    public int BatchesAhead { get; set; }

    /// <summary>Adds those of a run. Called on several threads.</summary>
    public void Add(SimulationCounts run)
    {
        lock (this)
        {
            Runs++;
            RunsWithCrash += run.Crashes > 1 ? 1 : 0;
            Crashes += run.Crashes;
            FailedStarts += run.FailedStarts;
            Poisonings += run.Poisonings;
            TakeOvers += run.TakeOvers;
            Compactions += run.Compactions;
            Refusals += run.Refusals;
            TimesWithoutSpace += run.TimesWithoutSpace;
            Gaps += run.Gaps;
            Sweeps.Add(run.Sweeps);
            Watches.Add(run.Watches);
            Losses += run.Losses;
            JumpsForward += run.JumpsForward;
            JumpsBack += run.JumpsBack;
            JumpsWithinBoot += run.JumpsWithinBoot;
            BatchesAhead += run.BatchesAhead;
        }
    }

    public override string ToString() =>
        $"{Runs} runs, {RunsWithCrash} of them with a crash before the last; {Crashes} crashes, {FailedStarts} starts that failed, {Poisonings} poisoned queues, {TakeOvers} take-overs, {Compactions} compactions, {Refusals} times without room, {TimesWithoutSpace} without space, {Gaps} readers of the outbox with a gap, {Losses} losses found out, {JumpsForward} and {JumpsBack} jumps of the wall clock forward and back, {BatchesAhead} batches of a queue ahead of it; {Sweeps}; {Watches}.";
}
