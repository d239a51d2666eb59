namespace Timestone.Engine;

/// <summary>Hears what a host should log and count of its queues. It must return at once and throw nothing.</summary>
public interface IQueueObserver
{
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
