using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

public sealed class CompactionTests
{
    private FaultyDisk _disk = new();

    [Fact]
    public async Task A_log_shrinks_to_what_lives_and_nothing_is_lost()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        var other = await TestQueue.OpenAsync(journal, "other");
        await queue.CommitAsync(new ChangeBatch { Queue = TestRows.Queue("orders") with { CreatedAt = 7 } });
        await FillAndDrainAsync(queue, messages: 2000, keep: 20);
        await other.AddManyAsync(1, 5);
        var before = journal.LogBytes;

        await CompactAsync(journal);
        journal.LogBytes.ShouldBeLessThan(before / 2);
        queue.Asked.Select(static key => key.Sequence).ShouldAllBe(sequence => queue.Rows.ContainsKey(sequence));
        await ShouldHoldAsync(journal, queue, other);
    }

    [Fact]
    public async Task What_is_written_again_has_the_state_of_that_time()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 20);
        await FillAndDrainAsync(queue, messages: 600, keep: 1000);
        await queue.LeaseAsync(1, 2, 3);
        await queue.CompleteAsync(2, "\"done\""u8.ToArray());
        await CompactAsync(journal);
        queue.Asked.ShouldContain(new RowKey("message-1", 1));
        await queue.CompleteAsync(3);
        await ShouldHoldAsync(journal, queue);
    }

    [Fact]
    public async Task An_idle_journal_comes_to_rest()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAndDrainAsync(queue, messages: 600, keep: 3);
        await CompactAsync(journal);
        (await journal.CompactAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_log_of_messages_that_all_live_is_left_alone()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        for (var i = 0; i < 60; i++)
            await queue.AddManyAsync(i * 10, 10, 100);
        (await journal.CompactAsync()).ShouldBeFalse();
        queue.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_segment_stays_while_an_owner_is_not_there_or_does_not_write()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAndDrainAsync(queue, messages: 600, keep: 7);
        var segments = TestLog.Segments(_disk);

        queue.Rewrites = false;
        (await DriveAsync(journal)).ShouldBeFalse();
        queue.Rewrites = true;
        await queue.Journal.DisposeAsync();
        (await DriveAsync(journal)).ShouldBeFalse();
        TestLog.Segments(_disk).Take(segments.Length).ShouldBe(segments);

        var next = await TestQueue.OpenAsync(journal);
        (await DriveAsync(journal)).ShouldBeTrue();
        await ShouldHoldAsync(journal, next);
    }

    [Fact]
    public async Task Removals_that_are_not_durable_keep_the_segment()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 1);
        await FillAndDrainAsync(queue, messages: 600, keep: 1000);
        await CompactAsync(journal, until: () => queue.Asked.Count > 0);
        queue.Asked.ShouldBe([new RowKey("message-1", 1)]);

        // The owner has forgotten the message, but nothing about that is in the log.
        await FillAndDrainAsync(queue, messages: 600, keep: 1000, first: 5000);
        var row = queue.Rows[1];
        queue.Rows.Remove(1);
        await CompactAsync(journal);
        (await TestQueue.OpenAsync(TestLog.Open(_disk.Crash()))).Rows.ShouldContainKey(1);

        queue.Rows.Add(1, row);
        await queue.RemoveAsync(1);
        await ShouldHoldAsync(journal, queue);
    }

    [Fact]
    public async Task A_message_enqueued_after_a_restart_is_not_taken_for_one_that_was_removed_before_it()
    {
        var journal = TestLog.Open(_disk);
        var filler = await TestQueue.OpenAsync(journal, "filler");
        await (await TestRunner.OpenAsync(journal)).AskAsync(engine => engine.Enqueue([new NewMessage { Id = "first" }]));
        await (await TestRunner.OpenAsync(journal)).AskAsync(engine => engine.PurgeNext(new Sweep(MessageState.Pending)));
        await FillAndDrainAsync(filler, messages: 600, keep: 1000);

        journal = TestLog.Open(_disk = _disk.Crash());
        filler = await TestQueue.OpenAsync(journal, "filler");
        await (await TestRunner.OpenAsync(journal)).AskAsync(engine => engine.Enqueue([new NewMessage { Id = "second" }]));
        (await DriveAsync(journal)).ShouldBeTrue();
        (await TestQueue.OpenAsync(journal)).Rows.Values.ShouldHaveSingleItem().Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task Settings_and_the_order_of_their_changes_outlast_compaction()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAndDrainAsync(queue, messages: 600, keep: 1000);

        // The change waits for the same turn of the writer in which the journal says the settings once more.
        var compaction = journal.CompactAsync();
        var changed = TestRows.Queue("orders") with { Settings = new QueueSettings { MaxDepth = 99 } };
        var commit = queue.Start(new ChangeBatch { Queue = changed });
        while (journal.WritePending())
        {
        }

        await commit;
        (await compaction).ShouldBeTrue();
        await CompactAsync(journal);
        (await TestLog.Open(_disk.Crash()).OpenAsync("orders"))!.Queue.ShouldBe(changed);
    }

    [Fact]
    public async Task Segments_of_a_deleted_queue_go_without_asking()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        for (var i = 0; i < 60; i++)
            await queue.AddManyAsync(i * 10, 10, 100);
        await queue.CommitAsync(new ChangeBatch { Deleted = true });
        await CompactAsync(journal);
        queue.Asked.ShouldBeEmpty();
        journal.LogBytes.ShouldBeLessThan(3 * TestLog.SegmentBytes);
        (await TestLog.Open(_disk.Crash()).ListQueuesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crash_anywhere_in_a_compaction_loses_nothing()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var disk = new FaultyDisk();
            var journal = TestLog.Open(disk);
            var queue = await TestQueue.OpenAsync(journal);
            await FillAndDrainAsync(queue, messages: 400, keep: 5 + random.Next(20));
            var contents = queue.Contents;

            var operations = random.Next(40);
            disk.Fails = _ => operations-- <= 0;
            try
            {
                while (await DriveAsync(journal))
                {
                }
            }
            catch (IOException)
            {
                // The crash.
            }

            var recovered = await TestQueue.OpenAsync(TestLog.Open(disk.Crash(() => random.Next(2) == 0)));
            recovered.Contents.ShouldBe(contents, $"seed {seed}");
        }
    }

    [Fact]
    public async Task A_sequence_is_not_given_out_again_when_all_that_named_it_is_compacted_away()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        var other = await TestQueue.OpenAsync(journal, "other");
        await queue.AddManyAsync(1, 10);
        await queue.RemoveAsync([.. queue.Rows.Keys]);
        var began = TestLog.Segments(_disk)[0];
        for (var round = 0; round < 3; round++)
        {
            // Its settings are written later than its messages; the other queue makes the log long.
            await FillAndDrainAsync(other, messages: 600, keep: 1000, first: 1000 * (round + 1));
            await queue.CommitAsync(new ChangeBatch { Queue = TestRows.Queue("orders") with { CreatedAt = 7 } });
            await CompactAsync(journal);
            TestLog.Segments(_disk).ShouldNotContain(began);
            began = TestLog.Segments(_disk)[0];
            _disk = _disk.Crash();
            journal = TestLog.Open(_disk);
            queue = await TestQueue.OpenAsync(journal);
            queue.Journal.LastSequence.ShouldBe(10);
            other = await TestQueue.OpenAsync(journal, "other");
        }
    }

    private static async Task FillAndDrainAsync(TestQueue queue, int messages, int keep, long first = 100)
    {
        for (var i = first; i < first + messages; i += 20)
        {
            await queue.AddManyAsync(i, 20, 100);
            var ended = Enumerable.Range((int)i, 20).Select(static n => (long)n).Where(n => (n - first) % keep != keep - 1).ToArray();
            await queue.LeaseAsync(ended);
            await queue.RemoveAsync(ended);
        }
    }

    private static async Task CompactAsync(FileJournal journal, Func<bool>? until = null)
    {
        while (until?.Invoke() != true && await DriveAsync(journal))
        {
        }
    }

    private static Task<bool> DriveAsync(FileJournal journal)
    {
        var compaction = journal.CompactAsync();
        while (!compaction.IsCompleted)
            journal.WritePending().ShouldBeTrue();
        return compaction;
    }

    private async Task ShouldHoldAsync(FileJournal journal, params TestQueue[] queues)
    {
        var recovered = TestLog.Open(_disk.Crash());
        foreach (var queue in queues)
        {
            var name = queue.Journal.Queue.Name;
            (await TestQueue.OpenAsync(recovered, name)).Contents.ShouldBe(queue.Contents);
            (await TestQueue.OpenAsync(journal, name)).Contents.ShouldBe(queue.Contents);
        }
    }
}
