namespace Timestone.Engine;

/// <summary>
/// Which queues of a shared journal somebody has to open although nobody calls: those that an owner had open when it died, and
/// those that are closed and in which something is due. Advice, not truth: an entry too many costs an opening, and the
/// owner of an open queue sees to it that there is one.
/// </summary>
public interface IWakeTable
{
    /// <summary>How many parts the table has, by the queues' names; each can be looked after by itself.</summary>
    int Parts { get; }

    /// <summary>Notes that queues are open, or about to be.</summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask SetOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default);

    /// <summary>
    /// Notes as open those of the queues of which nothing is noted: what is noted of one that is being closed meanwhile must stay.
    /// </summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask AddOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default);

    /// <summary>
    /// Notes that a queue is closed, and in how long it must be opened; null for never. That is counted by the store's clock: the owners'
    /// may differ.
    /// </summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask SetClosedAsync(string queue, TimeSpan? dueIn, CancellationToken cancellationToken = default);

    /// <summary>The queues of a part that are noted as open.</summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask<IReadOnlyList<string>> FindOpenAsync(int part, CancellationToken cancellationToken = default);

    /// <summary>The queues of a part that are closed and due, the longest due first, a bounded number of them.</summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask<IReadOnlyList<string>> FindDueAsync(int part, CancellationToken cancellationToken = default);

    /// <summary>
    /// Notes, once in the life of the store, every queue that exists as due now: so that queues from before there was such a table are in
    /// it.
    /// </summary>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    ValueTask BeginAsync(CancellationToken cancellationToken = default);
}
