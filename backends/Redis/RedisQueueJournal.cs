using Timestone.Engine;

namespace Timestone.Backends.Redis;

/// <summary>One opening of a queue in Redis.</summary>
internal sealed class RedisQueueJournal : IQueueJournal
{
    private readonly RedisJournal _journal;
    private readonly RedisKeys _keys;
    private readonly CommitArguments _arguments;
    private IEnumerable<MessageRow>? _rows;
    private Exception? _failure;

    public RedisQueueJournal(RedisJournal journal, RedisKeys keys, long epoch, bool created, QueueRow row, IEnumerable<MessageRow> rows)
    {
        (_journal, _keys, Epoch, Created, Queue, _rows) = (journal, keys, epoch, created, row, rows);
        _arguments = new CommitArguments(epoch, journal.Outbox);
    }

    public long Epoch { get; }

    public QueueRow Queue { get; }

    public bool Created { get; }

    /// <summary>Other processes reach the same Redis.</summary>
    public bool IsShared => true;

    /// <summary>Redis does not say before it is full: then a commit fails.</summary>
    public JournalRoom Room => JournalRoom.Ample;

    public IEnumerable<MessageRow> TakeRows() =>
        Interlocked.Exchange(ref _rows, null) ?? throw new InvalidOperationException("The rows were taken before.");

    public async ValueTask CommitAsync(ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (_failure is not null)
            throw _failure is JournalFencedException ? new JournalFencedException(Queue.Name, Epoch) : new IOException("A commit of this opening has failed before; open the queue again.", _failure);
        try
        {
            if (!await ApplyAsync(changes).ConfigureAwait(false))
                throw new JournalFencedException(Queue.Name, Epoch);
        }
        catch (Exception problem)
        {
            _failure = problem;
            throw;
        }
    }

    public ValueTask DisposeAsync() => default;

    private Task<bool> ApplyAsync(ChangeBatch changes) => changes switch
    {
        { IsEmpty: true } => _journal.CheckAsync(_keys, Epoch),
        { Deleted: true } => _journal.DeleteAsync(Queue.Name, _keys, Epoch),
        _ => _journal.WriteAsync(Script.Commit, _keys, _arguments.Of(changes)),
    };
}
