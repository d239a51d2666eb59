using Timestone.Engine;

namespace Timestone.Journals;

/// <summary>What one opening of a queue is, whatever it is stored in.</summary>
/// <param name="queue">The queue's row as it was found or created.</param>
/// <param name="epoch">The queue's epoch from now on.</param>
/// <param name="created">Whether it was created.</param>
/// <param name="lastSequence">See <see cref="IQueueJournal.LastSequence"/>.</param>
/// <param name="rows">Its messages.</param>
internal abstract class QueueOpening(QueueRow queue, long epoch, bool created, long lastSequence, IEnumerable<MessageRow> rows)
    : IQueueJournal
{
    private IEnumerable<MessageRow>? _rows = rows;

    public QueueRow Queue => queue;

    public long Epoch => epoch;

    public bool Created => created;

    public long LastSequence => lastSequence;

    public abstract JournalRoom Room { get; }

    public IEnumerable<MessageRow> TakeRows() =>
        Interlocked.Exchange(ref _rows, null) ?? throw new InvalidOperationException("The rows were taken before.");

    public virtual bool TryReserve(RoomUse use, long bytes, MessageRow? row = null) => true;

    public abstract ValueTask CommitAsync(ChangeBatch changes);

    public virtual void Attach(IRowRewriter rewriter)
    {
    }

    public abstract ValueTask DisposeAsync();
}
