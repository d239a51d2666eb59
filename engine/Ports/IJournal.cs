namespace Timestone.Engine;

/// <summary>What makes queues durable: a port, implemented by a log of files, by Redis, and in memory for tests.</summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>What its commits leave to be published; null where it keeps nothing for that.</summary>
    IOutbox? Outbox => null;

    /// <summary>How much space it has and needs; null where it does not know.</summary>
    JournalSpace? Space => null;

    /// <summary>The names of all queues, ordered by ordinal comparison.</summary>
    ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a queue for writing: raises its epoch, so that whoever had it open before is fenced, and reads its rows.
    /// </summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="create">The row to create it with, durably, where it does not exist; null not to create it.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The open queue; null when it does not exist and was not to be created.</returns>
    /// <exception cref="JournalFullException">There is no room for a new queue. Nothing was written.</exception>
    ValueTask<IQueueJournal?> OpenAsync(string queue, QueueRow? create = null, CancellationToken cancellationToken = default);
}
