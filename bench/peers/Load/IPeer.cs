namespace Timestone.Bench.Peers.Load;

/// <summary>A queue that is measured.</summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>What is not installed on this machine, and how to install it; null when nothing is missing.</summary>
    string? Missing { get; }

    /// <summary>Starts its server on an empty folder below the given one.</summary>
    Task<IRunningPeer> StartAsync(string directory, Lengths lengths);
}
