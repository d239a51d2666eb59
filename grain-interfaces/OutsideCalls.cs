namespace Timestone.Grains;

/// <summary>
/// How long calls from outside of a cluster wait for their answers. When a silo has died, Orleans tells the other silos which of their
/// calls nobody will answer any more, and does not tell its clients. To which silo a call went, and through which, is not known here. So
/// when a silo is lost, every call that had begun before is given up, after a time in which those that went elsewhere are answered.
/// Thread-safe.
/// </summary>
/// <param name="timeout">
/// How long any call may go without an answer, beyond what it was told to wait; more than 0, at most <see cref="MaxTimeout"/>.
/// </param>
/// <param name="grace">How long calls that are underway may still be answered when a silo is lost; 0 or more.</param>
public sealed class OutsideCalls(TimeSpan timeout, TimeSpan grace) : IDisposable
{
    /// <summary>What the grains' own limit is: 10 s.</summary>
    public static readonly TimeSpan MaxTimeout = GrainTimestone.Margin;

    private CancellationTokenSource _underway = new();

    /// <summary>How long any call may go without an answer.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>Says that a silo is lost, or that there is no connection to it any more.</summary>
    public void SiloLost() => Interlocked.Exchange(ref _underway, new CancellationTokenSource()).CancelAfter(grace);

    /// <summary>
    /// Does nothing: callers and gateways may still ask while all around them ends, and no timer runs unless a silo was lost.
    /// </summary>
    public void Dispose()
    {
        // See above.
    }

    /// <summary>Trips when calls that begin now are to be given up. What begins after the loss of a silo has another.</summary>
    internal CancellationToken GivenUp => Volatile.Read(ref _underway).Token;

    // Where the grains' own limit is meant, no timer is needed for it.
    internal Task<T> LimitAsync<T>(Task<T> call) => timeout < MaxTimeout ? call.WaitAsync(timeout, GivenUp) : call.WaitAsync(GivenUp);
}
