using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Outbox;

/// <summary>
/// The contract on the file journal, driven by hand on a disk in memory; and what is special to a log that readers follow.
/// </summary>
public sealed class FileOutboxTests : OutboxContract
{
    private const int LimitBytes = 8 * TestLog.SegmentBytes;

    private FaultyDisk _disk = new();
    private FileJournal _journal;

    public FileOutboxTests() => _journal = Open();

    protected override IJournal Journal => _journal;

    [Fact]
    public async Task What_was_acknowledged_and_not_made_durable_comes_again_after_a_crash()
    {
        var told = await ToldQueue.OpenAsync(_journal);
        await told.AddAsync(TestRows.Row(1));
        var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await reader.AcknowledgeAsync(await Reading.NextAsync(reader));
        _journal.Housekeep();
        await told.AddAsync(TestRows.Row(2));
        await reader.AcknowledgeAsync(await Reading.NextAsync(reader));
        Crash();
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(next, 1)).ShouldBe(told.Entries[1..]);
    }

    [Fact]
    public async Task A_reader_that_begins_with_the_earliest_ends_with_the_messages_that_the_journal_holds()
    {
        var told = await ToldQueue.OpenAsync(_journal);
        await ChurnAsync(told.Queue, 500);
        Outbox.IsPartial.ShouldBeFalse();
        await CompactAsync();
        TestLog.Segments(_disk)[0].ShouldNotBe(FileNames.Segment(1));
        Outbox.IsPartial.ShouldBeTrue();
        await told.AddAsync(TestRows.Row(10_001), TestRows.FullRow(10_002));
        await using var reader = Outbox.OpenReader("memory", OutboxStart.Earliest);
        (await EndAsync(reader)).ShouldBe(Standing(told.Queue));
        await told.CommitAsync(TestRows.Removed(told.Queue.Rows[10_001]));
        told.Queue.Rows.Remove(10_001);
        (await EndAsync(reader)).ShouldBeSubsetOf(Standing(told.Queue));
    }

    [Fact]
    public async Task A_segment_stays_until_it_was_read_and_then_goes_without_a_gap()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await ChurnAsync(queue, 150);
        await CompactAsync();
        TestLog.Segments(_disk)[0].ShouldBe(FileNames.Segment(1));
        Outbox.Backlog.Waiting.ShouldBeGreaterThan(TestLog.SegmentBytes);

        await CatchUpAsync(reader);
        Outbox.Backlog.Waiting.ShouldBe(0);
        await CompactAsync();
        TestLog.Segments(_disk)[0].ShouldNotBe(FileNames.Segment(1));
        await queue.AddManyAsync(5000, 1);
        (await Reading.NextAsync(reader)).AfterGap.ShouldBeFalse();
        await RestartAsync();
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(next);
        batch.Entries[^1].Sequence.ShouldBe(5000);
        batch.AfterGap.ShouldBeFalse();
        Outbox.Backlog.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task A_full_disk_does_not_wait_for_readers()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await ChurnAsync(queue, 150);
        await CompactAsync();
        TestLog.Segments(_disk)[0].ShouldBe(FileNames.Segment(1));
        _disk.Capacity = _disk.Used;
        await ChurnAsync(queue, 60, first: 1000);
        await CompactAsync();
        TestLog.Segments(_disk)[0].ShouldNotBe(FileNames.Segment(1));
        (await Reading.NextAsync(reader)).AfterGap.ShouldBeTrue();
        Outbox.Backlog.Dropped.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_cursor_that_is_damaged_is_a_gap()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 2);
        await using (var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged))
            await CatchUpAsync(reader);
        await RestartAsync();
        var cursor = _disk.Bytes("index.cursor");
        cursor.AsSpan().Replace((byte)'T', (byte)'X');
        _disk.Put("index.cursor", cursor);
        Crash();
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(next);
        batch.AfterGap.ShouldBeTrue();
        batch.Entries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_committed_while_the_outbox_was_off_is_a_gap_and_can_be_followed_from_the_earliest()
    {
        _journal = Open(outbox: false);
        _journal.Outbox.ShouldBeNull();
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 5);
        await queue.LeaseAsync(1, 2, 3);
        await queue.CompleteAsync(2);
        await queue.RemoveAsync(3);
        await _journal.DisposeAsync();

        _journal = Open();
        var told = await TestQueue.OpenAsync(_journal);
        await told.CompleteAsync(1);
        await using var earliest = Outbox.OpenReader("memory", OutboxStart.Earliest);
        (await EndAsync(earliest)).ShouldBe(Standing(told));
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(reader);
        batch.AfterGap.ShouldBeTrue();
        batch.Entries.Single().Cause.ShouldBe(TransitionCause.Complete);
    }

    [Fact]
    public async Task A_record_larger_than_what_is_read_at_once_is_read()
    {
        var told = await ToldQueue.OpenAsync(_journal);
        await told.CommitAsync(new ChangeBatch { Queue = told.Row with { Settings = new QueueSettings { PublishPayloads = true } } });
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2, payloadBytes: 1_000_000), TestRows.Row(3));
        await told.AddAsync(TestRows.Row(4));
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(reader, 4)).ShouldBe(told.Entries);
    }

    [Fact]
    public async Task A_name_is_read_by_one_at_a_time()
    {
        await using (Outbox.OpenReader("index", OutboxStart.Acknowledged))
            Should.Throw<InvalidOperationException>(() => Outbox.OpenReader("index", OutboxStart.Acknowledged));
        await using var next = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        Should.Throw<ArgumentException>(() => Outbox.OpenReader("../index", OutboxStart.Acknowledged));
    }

    protected override async Task RestartAsync()
    {
        await _journal.DisposeAsync();
        Crash();
    }

    protected override async Task OverflowAsync(TestQueue queue)
    {
        await ChurnAsync(queue, 1000);
        await CompactAsync();
    }

    private FileJournal Open(bool outbox = true) => FileJournal.Open(new FileJournalOptions
    {
        Disk = _disk,
        Manual = true,
        SegmentBytes = TestLog.SegmentBytes,
        Outbox = outbox,
        OutboxLimitBytes = LimitBytes,
    });

    private void Crash()
    {
        _disk = _disk.Crash();
        _journal = Open();
    }

    // Messages that come and go, but for one in fifty.
    private static async Task ChurnAsync(TestQueue queue, int messages, long first = 1)
    {
        for (var sequence = first; sequence < first + messages; sequence++)
        {
            await queue.AddManyAsync(sequence, 1, payloadBytes: 100);
            await queue.LeaseAsync(sequence);
            await queue.CompleteAsync(sequence);
            if (sequence % 50 != 0)
                await queue.RemoveAsync(sequence);
        }
    }

    private async Task CompactAsync()
    {
        _journal.Housekeep();
        Task<bool> compaction;
        do
        {
            compaction = _journal.CompactAsync();
            while (!compaction.IsCompleted)
                _journal.WritePending().ShouldBeTrue();
        }
        while (await compaction);
    }

    private static async Task CatchUpAsync(IOutboxReader reader)
    {
        while (await Reading.NowAsync(reader) is { } batch)
            await reader.AcknowledgeAsync(batch);
    }

    // What messages a reader is left with when it has read everything.
    private static async Task<string[]> EndAsync(IOutboxReader reader)
    {
        var standing = new SortedDictionary<long, string>();
        while (await Reading.NowAsync(reader) is { } batch)
        {
            foreach (var entry in batch.Entries)
            {
                if (entry.Kind == OutboxEntryKind.Removed)
                    standing.Remove(entry.Sequence);
                else
                    standing[entry.Sequence] =
                        $"{entry.Id} {entry.State} v{entry.Version} p{entry.Priority} {entry.Worker} [{entry.Metadata}]";
            }
        }

        return [.. standing.Values];
    }

    private static string[] Standing(TestQueue queue) =>
        [
            .. queue
                .Rows.Values.OrderBy(static row => row.Sequence)
                .Select(static row =>
                    $"{row.Id} {row.State.State} v{row.State.Version} p{row.Priority} {row.State.Lease?.Worker} [{row.Metadata}]"
                ),
        ];
}
