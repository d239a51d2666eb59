namespace Timestone.Engine;

/// <summary>
/// A journal that other processes open queues of, too. A queue is opened when it is called for and no sooner, and is read
/// without opening where that is enough: opening it takes it from whoever has it.
/// </summary>
public interface ISharedJournal : IJournal
{
    /// <summary>Reads a queue's row as it was last committed, without opening the queue.</summary>
    /// <returns>The row; null when there is no such queue.</returns>
    /// <exception cref="IOException">The store cannot be reached, or holds no row there.</exception>
    ValueTask<QueueRow?> ReadQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Reads a message as it was last committed, without opening its queue.</summary>
    /// <returns>The message; null when there is no such queue or no such message in it.</returns>
    /// <exception cref="IOException">The store cannot be reached, or what it holds there is damaged.</exception>
    ValueTask<StoredMessage?> ReadMessageAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>Which queues have to be opened although nobody calls.</summary>
    IWakeTable WakeTable { get; }
}
