using Timestone.Engine;

namespace Timestone.Backends.Files;

/// <summary>One opening of a queue.</summary>
internal sealed class FileQueueJournal : IQueueJournal
{
    private readonly FileJournal _journal;
    private readonly QueueState _queue;
    private readonly QueueCommit _commit;
    private IEnumerable<MessageRow>? _rows;
    private volatile bool _disposed;

    // What the batch that is committed next has set aside.
    private long _reserved;

    /// <param name="journal">Where it is.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="epoch">Its epoch from now on.</param>
    /// <param name="row">Its row.</param>
    /// <param name="rows">Its messages; null when it is being created.</param>
    public FileQueueJournal(FileJournal journal, QueueState queue, long epoch, QueueRow row, IEnumerable<MessageRow>? rows)
    {
        (_journal, _queue, Epoch, Queue, _rows) = (journal, queue, epoch, row, rows ?? []);
        Created = rows is null;
        LastSequence = queue.LastSequence;
        _commit = new QueueCommit(journal, queue, epoch);
    }

    public long Epoch { get; }

    public QueueRow Queue { get; }

    public bool Created { get; }

    public long LastSequence { get; }

    public JournalRoom Room => _journal.Room;

    public IEnumerable<MessageRow> TakeRows() =>
        Interlocked.Exchange(ref _rows, null) ?? throw new InvalidOperationException("The rows were taken before.");

    public bool TryReserve(long contentBytes)
    {
        var bytes = contentBytes + RowEncoder.MostBesideContent;
        if (!_journal.Reserve.TryClaim(bytes))
            return false;
        _reserved += bytes;
        return true;
    }

    public ValueTask CommitAsync(ChangeBatch changes)
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

    public void Attach(IRowRewriter rewriter)
    {
        if (_queue.Epoch == Epoch)
            _queue.Owner = rewriter;
    }

    public ValueTask DisposeAsync()
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
