namespace Timestone.Engine;

/// <summary>Hears what a host should log and count of its queues. It must return at once and throw nothing.</summary>
public interface IQueueObserver
{
    /// <summary>A commit made messages errored or removed some; not told of other commits.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="errored">How many became errored.</param>
    /// <param name="removed">How many it removed, by cause.</param>
    void Committed(string queue, int errored, RemovalCounts removed);

    /// <summary>A purge has ended, or failed half way.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="scope">What it was to remove.</param>
    /// <param name="removed">What it removed for sure.</param>
    void Purged(string queue, PurgeScope scope, StateCounts removed);

    /// <summary>A queue was deleted.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="removed">The messages that were in it.</param>
    void Deleted(string queue, StateCounts removed);
}
