using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Outbox;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>
/// What an accepted loss is remembered by: a start that accepts it can be killed, and readers are told for good that something is missing.
/// </summary>
public sealed class AcceptedLossTests
{
    public static TheoryData<string> All =>
        [
            "newest deleted",
            "two newest deleted",
            "oldest deleted",
            "all deleted",
            "middle deleted",
            "closed cut",
            "closed zeroed",
            "newest cut",
            "newest zeroed",
            "closed replaced",
            "damaged",
            "header damaged",
            "mark deleted",
            "mark damaged",
            "all but a damaged mark",
        ];

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_makes_what_is_told_of_the_log_partial_for_good(string loss)
    {
        var disk = await LoseAsync(loss);
        await using (var accepted = TestLog.Open(disk, acceptDataLoss: true, outbox: true))
            accepted.Outbox!.IsPartial.ShouldBeTrue();
        await using var next = TestLog.Open(disk, outbox: true);
        next.Outbox!.IsPartial.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_start_that_accepts_it_and_is_killed_before_any_operation_does_not_hide_it(string loss)
    {
        var refused = 0;
        var isKilled = true;
        for (var point = 0; isKilled; point++)
        {
            var disk = await LoseAsync(loss);
            isKilled = Kill(disk, point);
            // What was written is there, and after a loss of power what was flushed.
            foreach (var after in new[] { disk, disk.Crash() })
            {
                after.Fails = static _ => false;
                await using var next = Start(after, ref refused);
                next.Outbox!.IsPartial.ShouldBeTrue($"killed before operation {point}");
                await (await TestQueue.OpenAsync(next)).AddManyAsync(100_000, 1);
                await using var reader = next.Outbox.OpenReader("index", OutboxStart.Acknowledged);
                // Where the cursor is lost too, its reader begins anew.
                if (loss != "all but a damaged mark")
                    (await Reading.NextAsync(reader)).AfterGap.ShouldBeTrue($"killed before operation {point}");
            }
        }

        refused.ShouldBeGreaterThan(5);
    }

    // A log whose reader has read all of it, and of which something is lost.
    private static async Task<FaultyDisk> LoseAsync(string loss)
    {
        var disk = new FaultyDisk();
        await Losses.WriteFourSegmentsAsync(disk, outbox: true);
        await using (var journal = TestLog.Open(disk, outbox: true))
        {
            await using var reader = journal.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
            while (await Reading.NowAsync(reader) is { } batch)
                await reader.AcknowledgeAsync(batch);
        }

        Losses.Cause(disk, loss);
        return disk;
    }

    // A start that accepts the loss, in which nothing goes any more after so many operations; whether it came to that.
    private static bool Kill(FaultyDisk disk, int operations)
    {
        var left = operations;
        disk.Fails = _ => left-- <= 0;
        try
        {
            TestLog.Open(disk, acceptDataLoss: true, outbox: true);
        }
        catch (IOException)
        {
            left.ShouldBeLessThan(0);
        }

        return left < 0;
    }

    private static FileJournal Start(FaultyDisk disk, ref int refused)
    {
        try
        {
            return TestLog.Open(disk, outbox: true);
        }
        catch (IOException refusal) when (refusal.Message.Contains("is lost", StringComparison.Ordinal))
        {
            refused++;
            return TestLog.Open(disk, acceptDataLoss: true, outbox: true);
        }
    }
}
