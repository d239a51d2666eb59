namespace Timestone.Tests.Simulation;

/// <summary>What happened in a run: that runs are what they are meant to be can be checked, too.</summary>
internal sealed class SimulationCounts
{
    public int Crashes { get; set; }

    public int FailedStarts { get; set; }

    public int Poisonings { get; set; }

    public int TakeOvers { get; set; }

    public int Compactions { get; set; }
}
