using Timestone.Engine;

namespace Timestone.Tests.Support;

/// <summary>A queue's journal as it is, for one that stands in front of it at some of its members.</summary>
internal abstract class ForwardingQueueJournal(IQueueJournal inner) : IQueueJournal
{
    public long Epoch => inner.Epoch;

    public QueueRow Queue => inner.Queue;

    public bool Created => inner.Created;

    public bool IsShared => inner.IsShared;

    public virtual JournalRoom Room => inner.Room;

    public long LastSequence => inner.LastSequence;

    public virtual bool TryReserve(long contentBytes) => inner.TryReserve(contentBytes);

    public virtual IEnumerable<MessageRow> TakeRows() => inner.TakeRows();

    public virtual ValueTask CommitAsync(ChangeBatch changes) => inner.CommitAsync(changes);

    public virtual void Attach(IRowRewriter rewriter) => inner.Attach(rewriter);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
