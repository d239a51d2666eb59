using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>Whether the service answers: a line when it does not any more, and one when it does again.</summary>
internal sealed class Presence(string worker, string queue, ILogger logger)
{
    private int _isAway;

    public bool IsAway => Volatile.Read(ref _isAway) != 0;

    /// <summary>Takes note of a try.</summary>
    /// <param name="failure">Why it was not answered; null when it was.</param>
    public void Note(string? failure)
    {
        var isAway = failure is null ? 0 : 1;
        if (Volatile.Read(ref _isAway) == isAway || Interlocked.Exchange(ref _isAway, isAway) == isAway)
            return;
        if (failure is null)
            WorkerLog.ServerBack(logger, worker, queue);
        else
            WorkerLog.ServerAway(logger, worker, queue, failure);
    }
}
