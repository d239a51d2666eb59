using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>One opening of a queue.</summary>
internal sealed class FileQueueJournal : QueueOpening, IQueueJournal
{
    private readonly FileJournal _journal;
    private readonly QueueState _queue;
    private readonly QueueCommit _commit;
    private volatile bool _disposed;

    // What the batch that is committed next has set aside.
    private long _reserved;

    /// <param name="journal">Where it is.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="epoch">Its epoch from now on.</param>
    /// <param name="row">Its row.</param>
    /// <param name="rows">Its messages; null when it is being created.</param>
    public FileQueueJournal(FileJournal journal, QueueState queue, long epoch, QueueRow row, IEnumerable<MessageRow>? rows)
        : base(row, epoch, created: rows is null, queue.LastSequence, rows ?? [])
    {
        (_journal, _queue) = (journal, queue);
        _commit = new QueueCommit(journal, queue, epoch);
    }

    public override JournalRoom Room => _journal.Room;

    public BootTime? BootTime => _journal.BootTime;

    public override bool TryReserve(RoomUse use, long bytes, MessageRow? row = null)
    {
        // What is written now, its commit's head included, and what the message counts for from then on.
        var told = !_queue.Tells ? 0 : row is null ? ToldFormat.MostBytes(_queue.Name, bytes) : ToldFormat.MostBytes(_queue.Name, row);
        var staysRunning = use == RoomUse.Lease || row?.State.State == MessageState.Running;
        var claim = use switch
        {
            RoomUse.Message => bytes + RowEncoder.MostBesideContent + told + Tally.InState(MessageState.Invisible, 0, told).Need,
            RoomUse.Extension => bytes + Tally.MostNumbers + told,
            _ => bytes
                + Tally.MostNumbers
                + told
                + Tally.InState(staysRunning ? MessageState.Running : MessageState.Invisible, bytes, told).Need,
        };
        if (!_journal.Reserve.TryClaim(use, claim))
            return false;
        _reserved += claim;
        return true;
    }

    public override ValueTask CommitAsync(ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var reserved = Interlocked.Exchange(ref _reserved, 0);
        if (Refusal() is { } refusal)
        {
            _journal.Reserve.Release(reserved);
            return ValueTask.FromException(refusal);
        }

        if (changes.IsEmpty)
            return default;
        _commit.Start(changes, reserved);
        _journal.Add(_commit);
        return _commit.Task;
    }

    public override void Attach(IRowRewriter rewriter)
    {
        if (_queue.Epoch == Epoch)
            _queue.Owner = rewriter;
    }

    public override ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_queue.Epoch == Epoch)
            _queue.Owner = null;
        _journal.Reserve.Release(Interlocked.Exchange(ref _reserved, 0));
        return default;
    }

    private Exception? Refusal()
    {
        if (_queue.Epoch != Epoch)
            return new JournalFencedException(_queue.Name, Epoch);
        if (_disposed)
            return new ObjectDisposedException(nameof(IQueueJournal));
        return _commit.Failure is { } failure
            ? new IOException("A commit of this opening has failed before; open the queue again.", failure)
            : null;
    }
}
