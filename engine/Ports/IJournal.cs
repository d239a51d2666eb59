namespace Timestone.Engine;

/// <summary>What makes queues durable: a port, implemented by a log of files, by Redis, and in memory for tests.</summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>What its commits leave to be published; null where it keeps nothing for that.</summary>
    IOutbox? Outbox => null;

    /// <summary>How much space it has and needs; null where it does not know.</summary>
    JournalSpace? Space => null;

    /// <summary>
    /// Tells this store from every other, so that nobody takes an index of one for that of another. It is made once, kept as the queues
    /// are, and copied with them.
    /// </summary>
    /// <returns>Letters a to z and digits, at most 64; null where the store has none, or none can be made now.</returns>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    ValueTask<string?> ReadIdAsync(CancellationToken cancellationToken = default) => default;

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
