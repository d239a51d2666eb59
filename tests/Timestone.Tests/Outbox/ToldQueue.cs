using Timestone.Engine;
using Timestone.Tests.Journal;

namespace Timestone.Tests.Outbox;

/// <summary>A queue, and what its commits are to tell.</summary>
public sealed class ToldQueue
{
    private ToldQueue(TestQueue queue) => (Queue, Row) = (queue, queue.Journal.Queue);

    public TestQueue Queue { get; }

    public QueueRow Row { get; private set; }

    public List<OutboxEntry> Entries { get; } = [];

    public static async Task<ToldQueue> OpenAsync(IJournal journal, string name = "orders", long createdAt = TestRows.Now)
    {
        await journal.OpenAsync(name, TestRows.Queue(name) with { CreatedAt = createdAt });
        return new(await TestQueue.OpenAsync(journal, name));
    }

    public Task AddAsync(params MessageRow[] rows)
    {
        foreach (var row in rows)
            Queue.Rows.Add(row.Sequence, row);
        return CommitAsync([.. rows.Select(TestRows.Added)]);
    }

    public Task CommitAsync(params RowChange[] changes)
    {
        var batch = new ChangeBatch();
        batch.Rows.AddRange(changes);
        return CommitAsync(batch);
    }

    public Task CommitAsync(ChangeBatch batch)
    {
        Entries.AddRange(OutboxEntry.Of(Row, batch));
        Row = batch.Queue ?? Row;
        return Queue.CommitAsync(batch);
    }
}
