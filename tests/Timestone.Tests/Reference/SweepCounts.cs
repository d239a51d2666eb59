namespace Timestone.Tests.Reference;

/// <summary>What sweeps met in runs of a simulation, to see that they were interleaved with other commands.</summary>
internal sealed class SweepCounts
{
    /// <summary>Steps that went on with a sweep after other commands, and found something that it covers.</summary>
    public int LaterSteps { get; set; }

    /// <summary>Messages that were passed over as they had come after the beginning.</summary>
    public int New { get; set; }

    /// <summary>Messages that were passed over as they had come back after the beginning.</summary>
    public int CameBack { get; set; }

    /// <summary>Messages that were met in another state than in the beginning, and are covered all the same.</summary>
    public int MovedWithin { get; set; }

    /// <summary>Steps taken while another sweep went on.</summary>
    public int Overlapping { get; set; }

    /// <summary>Adds those of a run. Called on several threads.</summary>
    public void Add(SweepCounts run)
    {
        lock (this)
        {
            LaterSteps += run.LaterSteps;
            New += run.New;
            CameBack += run.CameBack;
            MovedWithin += run.MovedWithin;
            Overlapping += run.Overlapping;
        }
    }

    /// <summary>The least of them all.</summary>
    public int Least => new[] { LaterSteps, New, CameBack, MovedWithin, Overlapping }.Min();

    public override string ToString() =>
        $"sweeps took {LaterSteps} later steps, {Overlapping} beside another; passed over {New} new messages and {CameBack} that came back; "
        + $"found {MovedWithin} in another state";
}
