using System.Diagnostics;
using Shouldly;
using Timestone.Engine;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Outbox;

/// <summary>What every outbox does; run on each implementation.</summary>
public abstract class OutboxContract
{
    protected abstract IJournal Journal { get; }

    protected IOutbox Outbox => Journal.Outbox!;

    /// <summary>Ends the journal in order and opens it again.</summary>
    protected abstract Task RestartAsync();

    /// <summary>Commits so much that unread entries are dropped.</summary>
    protected abstract Task OverflowAsync(TestQueue queue);

    [Fact]
    public async Task Every_field_of_a_transition_is_told()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.FullRow(1), TestRows.Row(2), TestRows.Row(3));
        var rows = told.Queue.Rows;
        await told.CommitAsync(TestRows.Changed(rows[2], TestRows.Lease(rows[2], 7) with { UpdatedAt = TestRows.Now + 9 }));
        await told.CommitAsync(
            TestRows.Changed(
                rows[2],
                TestRows.Complete(rows[2], "1"u8.ToArray()) with { UpdatedAt = TestRows.Now + 11 },
                TransitionCause.Complete
            ),
            TestRows.Changed(
                rows[3],
                rows[3].State with
                {
                    State = MessageState.Invisible,
                    DueAt = TestRows.Now + 40,
                    Version = 2,
                    UpdatedAt = TestRows.Now + 12,
                    Notes = new Notes("łate", null, null),
                },
                TransitionCause.Release
            )
        );
        await told.CommitAsync(TestRows.Removed(rows[2]));
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(reader, told.Entries.Count)).ShouldBe(told.Entries);
    }

    [Fact]
    public async Task What_is_no_transition_is_not_told()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2));
        await told.Queue.LeaseAsync(1);
        var row = told.Queue.Rows[1];
        await told.Queue.CommitAsync(TestRows.Changed(row, row.State with { DueAt = TestRows.Now + 90_000 }, null));
        await told.Queue.RewriteAsync([new RowKey("message-2", 2)]);
        await told.Queue.CompleteAsync(1);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var entries = await Reading.TakeAsync(reader, 4);
        entries
            .Select(static entry => (entry.Id, entry.Version, entry.Cause))
            .ShouldBe([
                ("message-1", 1, TransitionCause.Enqueue),
                ("message-2", 1, TransitionCause.Enqueue),
                ("message-1", 2, TransitionCause.Dequeue),
                ("message-1", 3, TransitionCause.Complete),
            ]);
    }

    [Fact]
    public async Task A_payload_is_told_with_its_enqueue_if_the_queue_says_so()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1));
        await told.CommitAsync(new ChangeBatch { Queue = told.Row with { Settings = new QueueSettings { PublishPayloads = true } } });
        await told.AddAsync(TestRows.Row(2), TestRows.FullRow(3));
        await told.CommitAsync(TestRows.Changed(told.Queue.Rows[2], TestRows.Lease(told.Queue.Rows[2], 7)));
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var entries = await Reading.TakeAsync(reader, 4);
        entries.ShouldBe(told.Entries);
        entries.Select(static entry => entry.Payload is not null).ShouldBe([false, true, true, false]);
    }

    [Fact]
    public async Task A_deleted_queue_is_told_behind_what_happened_in_it_and_before_the_next_of_its_name()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1));
        await told.CommitAsync(new ChangeBatch { Deleted = true, DeletedAt = TestRows.Now + 77 });
        var again = await ToldQueue.OpenAsync(Journal, createdAt: TestRows.Now + 100);
        await again.AddAsync(TestRows.Row(1));
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var entries = await Reading.TakeAsync(reader, 3);
        entries.ShouldBe([.. told.Entries, .. again.Entries]);
        entries[2].Life.ShouldNotBe(entries[0].Life);
    }

    [Fact]
    public async Task What_happened_in_the_commit_that_deletes_a_queue_is_told_before_that()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2));
        var row = told.Queue.Rows[1];
        var last = new ChangeBatch { Deleted = true, DeletedAt = TestRows.Now + 77 };
        last.Rows.Add(TestRows.Changed(row, TestRows.Lease(row, 7)));
        await told.CommitAsync(last);
        var again = await ToldQueue.OpenAsync(Journal, createdAt: TestRows.Now + 100);
        await again.AddAsync(TestRows.Row(1));
        await RestartAsync();
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var entries = await Reading.TakeAsync(reader, 5);
        entries.ShouldBe([.. told.Entries, .. again.Entries]);
        entries
            .Select(static entry => (entry.Kind, entry.Version))
            .ShouldBe([
                (OutboxEntryKind.Transition, 1),
                (OutboxEntryKind.Transition, 1),
                (OutboxEntryKind.Transition, 2),
                (OutboxEntryKind.QueueDeleted, 0),
                (OutboxEntryKind.Transition, 1),
            ]);
    }

    [Fact]
    public async Task What_was_acknowledged_does_not_come_again_and_the_rest_does()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1));
        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
        {
            await reader.AcknowledgeAsync(await Reading.NextAsync(reader));
            await told.AddAsync(TestRows.Row(2));
            (await Reading.NextAsync(reader)).Entries.Count.ShouldBe(1);
        }

        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
            (await Reading.TakeAsync(reader, 1)).ShouldBe(told.Entries[1..]);
        await RestartAsync();
        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
            (await Reading.TakeAsync(reader, 1)).ShouldBe(told.Entries[1..]);
    }

    [Fact]
    public async Task A_reader_lags_by_the_time_of_the_oldest_commit_that_it_has_not_acknowledged()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.NowAsync(reader)).ShouldBeNull();
        (await reader.LagAsync()).ShouldBe(TimeSpan.Zero);
        var (before, clock) = (Outbox.Told, Stopwatch.StartNew());
        await told.AddAsync(TestRows.Row(1));
        Outbox.Told.ShouldBeGreaterThan(before);
        var least = Stopwatch.GetTimestamp();
        await Eventually.BeAsync(async () => await reader.LagAsync() > TimeSpan.FromMilliseconds(50));
        await told.AddAsync(TestRows.Row(2));
        var oldest = Stopwatch.GetElapsedTime(least);
        var lag = (await reader.LagAsync()).ShouldNotBeNull();
        lag.ShouldBeInRange(oldest - TimeSpan.FromMilliseconds(1), clock.Elapsed + TimeSpan.FromMilliseconds(25));
        for (var read = 0; read < 2;)
        {
            var batch = await Reading.NextAsync(reader);
            read += batch.Entries.Count;
            await reader.AcknowledgeAsync(batch);
        }

        (await reader.LagAsync()).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_lag_that_began_before_a_restart_is_known_or_said_to_be_unknown()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
            await told.AddAsync(TestRows.Row(1));
        await RestartAsync();
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await next.LagAsync()).ShouldNotBe(TimeSpan.Zero);
        var read = (await ReadAllAsync(next))[^1];
        (await next.LagAsync()).ShouldNotBe(TimeSpan.Zero);
        await next.AcknowledgeAsync(read);
        (await next.LagAsync()).ShouldBe(TimeSpan.Zero);

        static async Task<List<OutboxBatch>> ReadAllAsync(IOutboxReader reader)
        {
            var batches = new List<OutboxBatch>();
            while (await Reading.NowAsync(reader) is { } batch)
                batches.Add(batch);
            if (batches.Count == 0)
                batches.Add(await Reading.NextAsync(reader));
            return batches;
        }
    }

    [Fact]
    public async Task Several_batches_can_be_open_and_acknowledging_one_lets_go_of_those_before()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
        {
            var batches = new List<OutboxBatch>();
            for (var sequence = 1; sequence <= 3; sequence++)
            {
                await told.AddAsync(TestRows.Row(sequence));
                batches.Add(await Reading.NextAsync(reader));
            }

            batches.SelectMany(static batch => batch.Entries).ShouldBe(told.Entries);
            await reader.AcknowledgeAsync(batches[1]);
        }

        await RestartAsync();
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(next, 1)).ShouldBe(told.Entries[2..]);
    }

    [Fact]
    public async Task A_reader_waits_until_something_is_committed_or_it_gives_up()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        using var givesUp = new CancellationTokenSource();
        var given = reader.ReadAsync(givesUp.Token).AsTask();
        given.IsCompleted.ShouldBeFalse();
        await givesUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);

        var waiting = Reading.NextAsync(reader);
        waiting.IsCompleted.ShouldBeFalse();
        await told.AddAsync(TestRows.Row(1));
        (await waiting).Entries.ShouldBe(told.Entries);
    }

    [Fact]
    public async Task When_more_waits_than_may_the_oldest_is_dropped_and_readers_are_told()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        await using (Outbox.OpenReader("index", OutboxStart.Acknowledged))
            Outbox.Backlog.Dropped.ShouldBe(0);
        await OverflowAsync(queue);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(reader);
        batch.AfterGap.ShouldBeTrue();
        Outbox.Backlog.Dropped.ShouldBeGreaterThan(0);
        await reader.AcknowledgeAsync(batch);
    }
}
