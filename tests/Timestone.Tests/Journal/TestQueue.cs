using Timestone.Engine;
using Timestone.Journals.Files;

namespace Timestone.Tests.Journal;

/// <summary>An owner of a queue as a journal sees one: rows in memory, commits, and rewriting when asked.</summary>
public sealed class TestQueue : IRowRewriter
{
    private readonly IJournal _journal;

    // A journal with threads of its own asks for rows while others are being committed.
    private SemaphoreSlim Turn { get; } = new(1, 1);

    private TestQueue(IJournal journal, IQueueJournal queue)
    {
        (_journal, Journal) = (journal, queue);
        Rows = queue.TakeRows().ToDictionary(static row => row.Sequence);
        queue.Attach(this);
    }

    public IQueueJournal Journal { get; }

    public Dictionary<long, MessageRow> Rows { get; }

    public List<RowKey> Asked { get; } = [];

    /// <summary>Whether it commits what it is asked to write again.</summary>
    public bool Rewrites { get; set; } = true;

    public string[] Contents => TestRows.Show(Rows.Values.OrderBy(static row => row.Sequence));

    public static async Task<TestQueue> OpenAsync(IJournal journal, string name = "orders") =>
        new(journal, (await journal.OpenAsync(name, TestRows.Queue(name)))!);

    public Task AddAsync(params MessageRow[] rows) => InTurnAsync(() =>
    {
        foreach (var row in rows)
            Rows.Add(row.Sequence, row);
        return CommitAsync([.. rows.Select(TestRows.Added)]);
    });

    public Task AddManyAsync(long first, int count, int payloadBytes = 16) =>
        AddAsync([.. Enumerable.Range(0, count).Select(i => TestRows.Row(first + i, payloadBytes))]);

    public Task LeaseAsync(params long[] sequences) =>
        InTurnAsync(() =>
            CommitAsync([
                .. sequences.Select(sequence => TestRows.Changed(Rows[sequence], TestRows.Lease(Rows[sequence], (ulong)sequence + 1))),
            ])
        );

    public Task CompleteAsync(long sequence, byte[]? result = null) => InTurnAsync(() =>
        CommitAsync(TestRows.Changed(Rows[sequence], TestRows.Complete(Rows[sequence], result), TransitionCause.Complete)));

    public Task RemoveAsync(params long[] sequences) => InTurnAsync(() =>
    {
        var changes = sequences.Select(sequence => TestRows.Removed(Rows[sequence])).ToArray();
        foreach (var sequence in sequences)
            Rows.Remove(sequence);
        return CommitAsync(changes);
    });

    public Task CommitAsync(params RowChange[] changes)
    {
        var batch = new ChangeBatch();
        batch.Rows.AddRange(changes);
        return CommitAsync(batch);
    }

    public Task CommitAsync(ChangeBatch batch)
    {
        var commit = Start(batch);
        if (_journal is FileJournal { Manual: true } file)
            file.WritePending();
        return commit;
    }

    /// <summary>Commits without driving the writer.</summary>
    public Task Start(ChangeBatch batch) => Journal.CommitAsync(batch).AsTask();

    public Task StartAdd(long sequence)
    {
        var batch = new ChangeBatch();
        batch.Rows.Add(TestRows.Added(TestRows.Row(sequence)));
        return Start(batch);
    }

    public Task RewriteAsync(IReadOnlyList<RowKey> rows, CancellationToken cancellationToken = default) =>
        InTurnAsync(() =>
        {
            Asked.AddRange(rows);
            var changes = rows.Where(key => Rewrites && Rows.ContainsKey(key.Sequence))
                .Select(key => new RowChange(
                    ChangeKind.Rewritten,
                    null,
                    Rows[key.Sequence].State.State,
                    Rows[key.Sequence].State.UpdatedAt,
                    TestRows.Now,
                    Rows[key.Sequence],
                    Rows[key.Sequence].State
                ))
                .ToArray();
            return CommitAsync(changes);
        });

    private async Task InTurnAsync(Func<Task> action)
    {
        if (_journal is not FileJournal { Manual: false })
        {
            await action().ConfigureAwait(false);
            return;
        }

        await Turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await action().ConfigureAwait(false);
        }
        finally
        {
            Turn.Release();
        }
    }
}
