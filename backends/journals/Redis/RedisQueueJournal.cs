using StackExchange.Redis;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>One opening of a queue in Redis.</summary>
internal sealed class RedisQueueJournal(
    RedisJournal journal,
    RedisKeys keys,
    long epoch,
    bool created,
    long lastSequence,
    QueueRow row,
    List<MessageRow> rows,
    JournalRoom room,
    StoreClock clock
) : QueueOpening(row, epoch, created, lastSequence, rows), IQueueJournal
{
    private readonly CommitArguments _arguments = new(epoch, lastSequence, row, journal.Streams?.Limit ?? 0);
    private JournalRoom _room = room;
    private Exception? _failure;

    /// <summary>Other processes reach the same Redis.</summary>
    public bool IsShared => true;

    public StoreTime? StoreTime => clock.Now;

    /// <summary>
    /// As the last commit or read found it, or the last look at all of Redis. A commit that finds Redis full is taken all the same, so that
    /// it need not be undone: what was under way then is all that exceeds its limit by new messages.
    /// </summary>
    public override JournalRoom Room => journal.IsFull ? JournalRoom.WorkOnly : _room;

    public override async ValueTask CommitAsync(ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (_failure is not null)
            throw _failure is JournalFencedException
                ? Fenced()
                : new IOException("A commit of this opening has failed before; open the queue again.", _failure);
        try
        {
            _room = await ApplyAsync(changes).ConfigureAwait(false) ?? throw Fenced();
            journal.Streams?.Committed(Queue.Name);
        }
        catch (Exception problem)
        {
            _failure = problem;
            throw;
        }
    }

    public async ValueTask CheckAsync()
    {
        if (await journal.CheckAsync(keys, Epoch, clock).ConfigureAwait(false) is null)
            throw Fenced();
    }

    public override ValueTask DisposeAsync() => default;

    private Task<JournalRoom?> ApplyAsync(ChangeBatch changes) =>
        changes switch
        {
            { IsEmpty: true } => journal.CheckAsync(keys, Epoch),
            { Deleted: true } => journal.DeleteAsync(
                Queue.Name,
                keys,
                Epoch,
                journal.Streams is null ? RedisValue.EmptyString : RedisFormat.Deletion(new ByteWriter(), Queue, changes)
            ),
            _ => journal.CommitAsync(keys, _arguments.Of(changes), clock),
        };

    private JournalFencedException Fenced() => new(Queue.Name, Epoch);
}
