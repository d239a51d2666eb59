using Timestone.Engine;

namespace Timestone.Journals.Memory;

/// <summary>One opening of a queue in memory.</summary>
internal sealed class MemoryQueueJournal(
    MemoryJournal journal,
    MemoryQueue queue,
    long epoch,
    bool created,
    (QueueRow Row, List<MessageRow> Rows, long LastSequence) found
) : QueueOpening(found.Row, epoch, created, found.LastSequence, found.Rows)
{
    public override JournalRoom Room => journal.Room;

    public override ValueTask CommitAsync(ChangeBatch changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var committed = changes.Deleted ? journal.Delete(queue, changes, Epoch) : queue.Commit(changes, Epoch);
        return committed ? default : ValueTask.FromException(new JournalFencedException(Queue.Name, Epoch));
    }

    public override ValueTask DisposeAsync() => default;
}
