namespace Timestone.Client.Worker;

/// <summary>
/// The waits between failures that follow one another: each about twice the one before, so that a service that is away is not pressed.
/// </summary>
internal sealed class Pause(TimeProvider timeProvider)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private TimeSpan _next = First;

    /// <summary>Forgets the failures.</summary>
    public void Reset() => _next = First;

    /// <summary>Waits, or for less time when it is canceled.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        // Up to half of it less, so that workers which failed together do not come back together.
        var wait = _next * (1 - (Random.Shared.NextDouble() / 2));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return Task.Delay(wait, timeProvider, cancellationToken);
    }
}
