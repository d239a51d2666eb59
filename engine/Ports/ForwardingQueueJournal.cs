namespace Timestone.Engine;

/// <summary>A queue's journal as it is, for one that stands in front of it at some of its members.</summary>
/// <param name="inner">The journal; disposed of with this.</param>
public abstract class ForwardingQueueJournal(IQueueJournal inner) : IQueueJournal
{
    /// <inheritdoc/>
    public long Epoch => inner.Epoch;

    /// <inheritdoc/>
    public QueueRow Queue => inner.Queue;

    /// <inheritdoc/>
    public bool Created => inner.Created;

    /// <inheritdoc/>
    public virtual bool IsShared => inner.IsShared;

    /// <inheritdoc/>
    public virtual JournalRoom Room => inner.Room;

    /// <inheritdoc/>
    public long LastSequence => inner.LastSequence;

    /// <inheritdoc/>
    public virtual StoreTime? StoreTime => inner.StoreTime;

    /// <inheritdoc/>
    public BootTime? BootTime => inner.BootTime;

    /// <inheritdoc/>
    public virtual bool TryReserve(RoomUse use, long bytes, MessageRow? row = null) => inner.TryReserve(use, bytes, row);

    /// <inheritdoc/>
    public virtual IEnumerable<MessageRow> TakeRows() => inner.TakeRows();

    /// <inheritdoc/>
    public virtual ValueTask CommitAsync(ChangeBatch changes) => inner.CommitAsync(changes);

    /// <inheritdoc/>
    public virtual ValueTask CheckAsync() => inner.CheckAsync();

    /// <inheritdoc/>
    public virtual void Attach(IRowRewriter rewriter) => inner.Attach(rewriter);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
