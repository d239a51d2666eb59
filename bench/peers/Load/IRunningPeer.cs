namespace Timestone.Bench.Peers.Load;

/// <summary>A peer with a running server, which is killed with it. The measurements come in the order of the methods, each once.</summary>
internal interface IRunningPeer : IAsyncDisposable
{
    /// <summary>Versions, settings, and what is on the disk when the server acknowledges.</summary>
    string Description { get; }

    /// <summary>Messages that all callers together enqueue each second.</summary>
    Task<double> EnqueueAsync();

    /// <summary>Messages that a worker handles and acknowledges each second, with more pending than it handles.</summary>
    Task<double> ProcessAsync();

    /// <summary>The median time from before an enqueue to its handler, in ms, at a low rate.</summary>
    Task<double> ReachHandlerAsync();
}
