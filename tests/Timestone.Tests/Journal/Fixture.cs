using Timestone.Engine;
using Timestone.Journals.Files;

namespace Timestone.Tests.Journal;

/// <summary>What the log in v1 says, and how it came to be.</summary>
internal static class Fixture
{
    public static string[] Orders => TestRows.Show(OrderRows().Values);

    public static QueueRow Emails => new("emails", new QueueSettings
    {
        Type = QueueType.Exclusive,
        ExclusivityKey = "tenant",
        Lease = TimeSpan.FromSeconds(12.345),
        Invisible = TimeSpan.FromSeconds(1),
        MaxAttempts = 3,
        Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = TimeSpan.FromSeconds(2), Max = TimeSpan.FromHours(1) },
        Retention = TimeSpan.FromDays(7),
        MaxDepth = 1_000_000,
        MaxPayloadBytes = 1234,
        EnqueueBlocked = true,
    }, 1_700_000_000_000);

    /// <summary>Writes the log: what made the files in v1, with the outbox on and a stop in order, but for spares and the lock.</summary>
    public static async Task WriteAsync(FileJournal journal)
    {
        await journal.OpenAsync("emails", Emails);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddAsync(TestRows.FullRow(1), TestRows.Row(2), TestRows.Row(3), TestRows.Row(4), TestRows.Row(5));
        await queue.LeaseAsync(2, 3);
        await queue.CompleteAsync(2, "{\"pages\":3}"u8.ToArray());
        await queue.RemoveAsync(4);
        await queue.RewriteAsync([new RowKey("message-5", 5)]);
        await journal.OpenAsync("gone", TestRows.Queue("gone"));
        var gone = await TestQueue.OpenAsync(journal, "gone");
        await gone.AddManyAsync(1, 2);
        await gone.CommitAsync(new ChangeBatch { Deleted = true });
    }

    private static SortedDictionary<long, MessageRow> OrderRows()
    {
        var rows = new SortedDictionary<long, MessageRow>
        {
            [1] = TestRows.FullRow(1),
            [2] = TestRows.Row(2),
            [3] = TestRows.Row(3),
            [5] = TestRows.Row(5),
        };
        rows[2].State = TestRows.Lease(rows[2], 3);
        rows[2].State = TestRows.Complete(rows[2], "{\"pages\":3}"u8.ToArray());
        rows[3].State = TestRows.Lease(rows[3], 4);
        return rows;
    }
}
