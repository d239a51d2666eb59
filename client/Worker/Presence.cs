using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>Whether the service answers, and has the queue: a line when it does not any more, and one when it answers again.</summary>
internal sealed class Presence(string worker, string queue, ILogger logger)
{
    private int _isAway;
    private int _isMissing;

    public bool IsAway => Volatile.Read(ref _isAway) != 0;

    /// <summary>Takes note that there is no such queue: it may not have been created yet, or its name may be wrong.</summary>
    public void NoteMissing()
    {
        if (Interlocked.Exchange(ref _isMissing, 1) == 0)
            WorkerLog.QueueMissing(logger, worker, queue);
    }

    /// <summary>Takes note that the queue is there.</summary>
    public void NoteFound() => Volatile.Write(ref _isMissing, 0);

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
