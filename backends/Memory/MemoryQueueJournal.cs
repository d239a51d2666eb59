using Timestone.Engine;

namespace Timestone.Backends.Memory;

/// <summary>One opening of a queue in memory.</summary>
internal sealed class MemoryQueueJournal : IQueueJournal
{
    private readonly MemoryJournal _journal;
    private readonly MemoryQueue _queue;
    private List<MessageRow>? _rows;

    public MemoryQueueJournal(MemoryJournal journal, MemoryQueue queue, long epoch, bool created)
    {
        (_journal, _queue, Epoch, Created) = (journal, queue, epoch, created);
        (Queue, _rows, LastSequence) = queue.Open(epoch);
    }

    public long Epoch { get; }

    public QueueRow Queue { get; }

    public bool Created { get; }

    public long LastSequence { get; }

    public JournalRoom Room => _journal.Room;

    public IEnumerable<MessageRow> TakeRows() =>
        Interlocked.Exchange(ref _rows, null) ?? throw new InvalidOperationException("The rows were taken before.");

    public ValueTask CommitAsync(ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var committed = changes.Deleted ? _journal.Delete(_queue, Epoch) : _queue.Commit(changes, Epoch);
        return committed ? default : ValueTask.FromException(new JournalFencedException(Queue.Name, Epoch));
    }

    public ValueTask DisposeAsync() => default;
}
