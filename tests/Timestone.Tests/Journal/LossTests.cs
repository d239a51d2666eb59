using Shouldly;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>
/// What became durable and is lost at an edge of the log: a start refuses, one that accepts it says what is lost and goes on for good.
/// </summary>
public sealed class LossTests
{
    private readonly FaultyDisk _disk = new();

    [Theory]
    [InlineData("newest deleted", "000000000004.log is missing.")]
    [InlineData("two newest deleted", "000000000003.log to 000000000004.log are missing.")]
    [InlineData("oldest deleted", "000000000001.log is missing.")]
    [InlineData("all deleted", "000000000001.log to 000000000004.log are missing.")]
    [InlineData("middle deleted", "000000000002.log is missing.")]
    [InlineData("closed cut", "000000000002.log ends at offset 48 and went on to offset")]
    [InlineData("closed zeroed", "000000000002.log ends at offset 48 and went on to offset")]
    [InlineData("newest cut", "000000000004.log ends at offset 48 and went on to offset")]
    [InlineData("newest zeroed", "000000000004.log ends at offset 48 and went on to offset")]
    [InlineData("closed replaced", "000000000002.log holds other records")]
    [InlineData("damaged", "000000000002.log is damaged at offset 48")]
    [InlineData("header damaged", "000000000002.log is damaged at offset 0")]
    [InlineData("mark deleted", "journal.mark is missing")]
    [InlineData("mark damaged", "journal.mark is damaged")]
    public async Task It_is_refused_once_accepted_and_well_from_then_on(string loss, string message)
    {
        await Losses.WriteFourSegmentsAsync(_disk);
        Losses.Cause(_disk, loss);
        var names = _disk.List().Order().ToArray();
        var refusal = Should.Throw<IOException>(() => TestLog.Open(_disk)).Message;
        refusal.ShouldContain(message);
        refusal.ShouldContain("--accept-data-loss");
        _disk.List().Order().ShouldBe(names);

        var accepted = TestLog.Open(_disk, acceptDataLoss: true);
        accepted.Recovered.Losses.ShouldContain(each => each.Contains(message, StringComparison.Ordinal));
        var queue = await TestQueue.OpenAsync(accepted);
        await queue.AddManyAsync(100_000, 10);

        // A queue is opened anew after a failure: its rows are read again then.
        (await TestQueue.OpenAsync(accepted)).Contents.ShouldBe(queue.Contents);
        await accepted.DisposeAsync();

        for (var start = 0; start < 2; start++)
        {
            var again = TestLog.Open(_disk.Crash());
            again.Recovered.Losses.ShouldBeEmpty();
            (await TestQueue.OpenAsync(again)).Contents.ShouldBe(queue.Contents);
        }
    }

    [Fact]
    public async Task A_queue_and_messages_of_which_the_beginning_is_lost_are_gone_for_good()
    {
        // The first segment holds what the queues are, and messages of which states follow.
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await TestQueue.OpenAsync(journal, "other");
        await queue.AddManyAsync(1, 60, payloadBytes: 200);
        await queue.AddManyAsync(100, 60, payloadBytes: 200);
        await queue.LeaseAsync(1, 2, 3);
        await journal.DisposeAsync();
        _disk.Delete(TestLog.Segments(_disk)[0]);

        var accepted = TestLog.Open(_disk, acceptDataLoss: true);
        accepted.Recovered.Losses.ShouldContain(static each =>
            each.StartsWith("A queue with 60 messages has no name any more", StringComparison.Ordinal)
        );
        (await accepted.ListQueuesAsync()).ShouldBeEmpty();
        await accepted.DisposeAsync();
        (await TestLog.Open(_disk).ListQueuesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_lost_after_a_loss_was_accepted_is_refused()
    {
        await Losses.WriteFourSegmentsAsync(_disk);
        Losses.Cause(_disk, "closed cut");
        var accepted = TestLog.Open(_disk, acceptDataLoss: true);
        await (await TestQueue.OpenAsync(accepted)).AddManyAsync(100_000, 10);
        await accepted.DisposeAsync();
        _disk.Delete(TestLog.Segments(_disk)[^1]);
        Should.Throw<IOException>(() => TestLog.Open(_disk)).Message.ShouldContain("000000000005.log is missing.");
    }

    [Fact]
    public async Task What_compaction_has_deleted_is_not_missed_whenever_it_stops()
    {
        foreach (var stop in new[] { "delete", "" })
        {
            var disk = new FaultyDisk();
            var journal = TestLog.Open(disk);
            var queue = await TestQueue.OpenAsync(journal);
            for (var i = 0; TestLog.Segments(disk).Length < 6; i++)
            {
                await queue.AddManyAsync(i * 10, 10, payloadBytes: 100);
                await queue.RemoveAsync([.. Enumerable.Range(i * 10, 10).Select(static n => (long)n)]);
            }

            disk.Fails = operation => operation == stop;
            try
            {
                var compaction = journal.CompactAsync();
                while (!compaction.IsCompleted)
                    journal.WritePending();
                (await compaction).ShouldBeTrue();
            }
            catch (IOException)
            {
                stop.ShouldBe("delete");
            }

            disk.Fails = static _ => false;
            var after = disk.Crash();
            (await TestQueue.OpenAsync(TestLog.Open(after))).Contents.ShouldBe(queue.Contents);
            TestLog.Segments(after)[0].ShouldBe("000000000002.log");
        }
    }

    [Fact]
    public async Task A_kill_before_any_operation_is_never_taken_for_a_loss()
    {
        var points = 0;
        for (var isKilled = true; isKilled; points++)
        {
            var disk = new FaultyDisk();
            isKilled = await KillAsync(disk, points);
            // What was written is there, and after a loss of power what was flushed.
            foreach (var after in new[] { disk, disk.Crash() })
            {
                after.Fails = static _ => false;
                TestLog.Open(after).Recovered.Losses.ShouldBeEmpty();
            }
        }

        points.ShouldBeGreaterThan(80);
    }

    [Fact]
    public async Task Two_kills_before_any_operations_of_the_first_starts_are_never_taken_for_a_loss()
    {
        var points = 0;
        for (var first = 0; first < 15; first++)
        {
            for (var second = 0; second < 15; second++, points++)
            {
                var disk = new FaultyDisk();
                await KillAsync(disk, first);
                (await KillAsync(disk, second)).ShouldBeTrue();
                disk.Fails = static _ => false;
                foreach (var after in new[] { disk, disk.Crash() })
                    TestLog.Open(after).Recovered.Losses.ShouldBeEmpty();
            }
        }

        points.ShouldBe(225);
    }

    [Fact]
    public async Task A_stop_in_order_is_told_from_a_crash()
    {
        var journal = TestLog.Open(_disk);
        await (await TestQueue.OpenAsync(journal)).AddManyAsync(1, 3);
        TestLog.Open(_disk.Crash()).Recovered.IsCleanEnd.ShouldBeFalse();
        await journal.DisposeAsync();
        TestLog.Open(_disk.Crash()).Recovered.IsCleanEnd.ShouldBeTrue();

        // Everything is durable then, so nothing of it can go unnoticed.
        var name = TestLog.Segments(_disk)[^1];
        var bytes = _disk.Bytes(name);
        var end = TestLog.End(bytes);
        bytes.AsSpan(end - (Frame.Size + 1), Frame.Size + 1).Clear();
        Should.Throw<IOException>(() => TestLog.Open(_disk)).Message.ShouldContain($"went on to offset {end}");
    }

    [Fact]
    public async Task The_mark_costs_no_flush_of_a_commit()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        var before = _disk.Flushes;
        for (var i = 1; i <= 10; i++)
            await queue.AddManyAsync(i * 10, 1);
        (_disk.Flushes - before).ShouldBe(10);
        journal.Housekeep();
        journal.Housekeep();
        (_disk.Flushes - before).ShouldBe(11);
    }

    // A short life with everything in it that changes files, in which nothing goes any more after so many operations; whether it came to
    // that.
    private static async Task<bool> KillAsync(FaultyDisk disk, int operations)
    {
        var left = operations;
        disk.Fails = _ => left-- <= 0;
        try
        {
            var journal = TestLog.Open(disk);
            var queue = await TestQueue.OpenAsync(journal);
            for (var i = 0; i < 8; i++)
            {
                await queue.AddManyAsync(i * 100, 100, payloadBytes: 100);
                await queue.RemoveAsync([.. Enumerable.Range(i * 100, 100).Select(static n => (long)n)]);
                journal.Housekeep();
            }

            for (var compaction = journal.CompactAsync(); !compaction.IsCompleted;)
                journal.WritePending();
            await journal.DisposeAsync();
        }
        catch (IOException)
        {
            left.ShouldBeLessThan(0);
        }

        return left < 0;
    }
}
