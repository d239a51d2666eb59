using Timestone.Engine;

namespace Timestone.Journals.Memory;

/// <summary>
/// A journal that keeps committed rows in this process's memory: for tests, and to measure what stands on a journal
/// without a disk. It fences like any other and gives a queue that is opened again its committed rows; it never compacts.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Dictionary<string, MemoryQueue> _queues = new(StringComparer.Ordinal);
    private readonly MemoryOutbox? _outbox;
    private readonly string _id = Guid.NewGuid().ToString("n");
    private long _epoch;

    /// <summary>Makes it empty.</summary>
    /// <param name="outboxLimit">How many entries its outbox may hold; 0 for no outbox. At least 0.</param>
    public MemoryJournal(int outboxLimit = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outboxLimit);
        _outbox = outboxLimit == 0 ? null : new MemoryOutbox(outboxLimit, Restate);
    }

    /// <inheritdoc/>
    public IOutbox? Outbox => _outbox;

    /// <summary>What its queues answer as <see cref="IQueueJournal.Room"/>; set it to see what a full store does.</summary>
    public JournalRoom Room { get; set; }

    /// <inheritdoc/>
    public ValueTask<string?> ReadIdAsync(CancellationToken cancellationToken = default) => new(_id);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default)
    {
        lock (_queues)
            return new(_queues.Keys.Order(StringComparer.Ordinal).ToArray());
    }

    /// <inheritdoc/>
    public ValueTask<IQueueJournal?> OpenAsync(string queue, QueueRow? create = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        lock (_queues)
        {
            var created = false;
            if (!_queues.TryGetValue(queue, out var stored))
            {
                if (create is null)
                    return new((IQueueJournal?)null);
                _queues.Add(queue, stored = new MemoryQueue(create, _outbox));
                created = true;
            }

            var epoch = ++_epoch;
            return new(new MemoryQueueJournal(this, stored, epoch, created, stored.Open(epoch)));
        }
    }

    /// <summary>Does nothing: what is committed stays for the next who opens it.</summary>
    public ValueTask DisposeAsync() => default;

    internal bool Delete(MemoryQueue queue, ChangeBatch changes, long epoch)
    {
        lock (_queues)
            return queue.Delete(changes, epoch) && _queues.Remove(queue.Name);
    }

    // At one moment: nothing is committed to any queue meanwhile. Locks are taken in the order queues, queue, outbox.
    private (IReadOnlyList<OutboxEntry> Entries, long Next) Restate()
    {
        lock (_queues)
        {
            foreach (var queue in _queues.Values)
                queue.Sync.Enter();
            try
            {
                return ([.. _queues.Values.SelectMany(static queue => queue.Restate())], _outbox!.Next);
            }
            finally
            {
                foreach (var queue in _queues.Values)
                    queue.Sync.Exit();
            }
        }
    }
}
