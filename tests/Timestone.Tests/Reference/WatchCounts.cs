namespace Timestone.Tests.Reference;

/// <summary>What watches of leases found in runs of a simulation.</summary>
internal sealed class WatchCounts
{
    /// <summary>Leases that were held, or that their consumers had ended.</summary>
    public int NotLost { get; set; }

    /// <summary>Leases that were lost, of messages that there were.</summary>
    public int Lost { get; set; }

    /// <summary>Adds those of a run. Called on several threads.</summary>
    public void Add(WatchCounts run)
    {
        lock (this)
        {
            NotLost += run.NotLost;
            Lost += run.Lost;
        }
    }

    public override string ToString() => $"watches found {Lost} leases lost and {NotLost} not";
}
