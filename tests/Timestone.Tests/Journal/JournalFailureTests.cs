using Shouldly;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>Writes and flushes that fail: nobody is told more than is true, and it stays true.</summary>
public sealed class JournalFailureTests
{
    private readonly FaultyDisk _disk = new();

    [Theory]
    [InlineData("write")]
    [InlineData("flush")]
    public async Task A_failed_group_fails_all_its_commits_and_never_comes_back(string operation)
    {
        var journal = TestLog.Open(_disk);
        var a = await TestQueue.OpenAsync(journal, "a");
        var b = await TestQueue.OpenAsync(journal, "b");
        await a.AddManyAsync(1, 3);
        var commits = new[] { a.StartAdd(10), b.StartAdd(10) };
        FailOnce(operation);
        journal.WritePending();
        foreach (var commit in commits)
            await Should.ThrowAsync<IOException>(commit);
        await Should.ThrowAsync<IOException>(() => a.StartAdd(11));

        var reopened = await TestQueue.OpenAsync(journal, "a");
        reopened.Contents.ShouldBe(a.Contents);
        await reopened.AddManyAsync(20, 2);
        var recovered = TestLog.Open(_disk.Crash(static () => true));
        (await TestQueue.OpenAsync(recovered, "a")).Contents.ShouldBe(reopened.Contents);
        (await TestQueue.OpenAsync(recovered, "b")).Contents.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_a_failed_group_cannot_be_cut_off_everything_fails_until_a_restart()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 3);
        _disk.Fails = static operation => operation is "flush" or "truncate";
        await Should.ThrowAsync<IOException>(() => queue.AddManyAsync(10, 1));
        _disk.Fails = static _ => false;

        (await Should.ThrowAsync<IOException>(async () => await journal.OpenAsync("orders"))).Message.ShouldContain(
            "has to be started again"
        );
        foreach (var kept in new Func<bool>[] { static () => true, static () => false })
        {
            var recovered = await TestQueue.OpenAsync(TestLog.Open(_disk.Crash(kept)));
            recovered.Rows.Keys.Order().Take(3).ShouldBe([1L, 2, 3]);
        }
    }

    [Fact]
    public async Task A_segment_that_cannot_be_begun_fails_the_commit_and_leaves_the_log_as_it_was()
    {
        var journal = TestLog.Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 3);
        var segments = TestLog.Segments(_disk);
        FailOnce("write");
        await Should.ThrowAsync<IOException>(() =>
            queue.CommitAsync([.. Enumerable.Range(10, 100).Select(i => TestRows.Added(TestRows.Row(i, 200)))])
        );
        TestLog.Segments(_disk).ShouldBe(segments);

        var reopened = await TestQueue.OpenAsync(journal);
        reopened.Contents.ShouldBe(queue.Contents);
        await reopened.AddManyAsync(100, 100, 200);
        (await TestQueue.OpenAsync(TestLog.Open(_disk.Crash()))).Contents.ShouldBe(reopened.Contents);
    }

    [Fact]
    public async Task A_queue_that_could_not_be_created_can_be_created_later()
    {
        var journal = TestLog.Open(_disk);
        FailOnce("flush");
        await Should.ThrowAsync<IOException>(async () => await journal.OpenAsync("orders", TestRows.Queue("orders")));
        (await journal.ListQueuesAsync()).ShouldBeEmpty();
        (await journal.OpenAsync("orders")).ShouldBeNull();
        (await journal.OpenAsync("orders", TestRows.Queue("orders")))!.Created.ShouldBeTrue();
        (await TestLog.Open(_disk.Crash()).ListQueuesAsync()).ShouldBe(["orders"]);
    }

    [Fact]
    public async Task Failures_anywhere_never_lose_what_was_answered()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var disk = new FaultyDisk();
            var journal = TestLog.Open(disk);
            var queue = await TestQueue.OpenAsync(journal);
            var answered = new HashSet<long>();
            disk.Fails = _ => random.Next(12) == 0;
            for (var i = 1; i <= 60; i++)
            {
                try
                {
                    await queue.CommitAsync(TestRows.Added(TestRows.Row(i, random.Next(2000))));
                    answered.Add(i);
                }
                catch (IOException)
                {
                    if (await ReopenAsync(journal, disk) is not { } next)
                        break;
                    (journal, queue) = next;
                    queue.Rows.Keys.Order().ShouldBe(answered.Order(), $"seed {seed}");
                }
            }

            disk.Fails = static _ => false;
            var recovered = await TestQueue.OpenAsync(TestLog.Open(disk.Crash(() => random.Next(2) == 0)));
            answered.Except(recovered.Rows.Keys).ShouldBeEmpty($"seed {seed}");
        }
    }

    // Null when the journal is dead.
    private static async Task<(FileJournal, TestQueue)?> ReopenAsync(FileJournal journal, FaultyDisk disk)
    {
        var fails = disk.Fails;
        disk.Fails = static _ => false;
        try
        {
            return (journal, await TestQueue.OpenAsync(journal));
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            disk.Fails = fails;
        }
    }

    private void FailOnce(string operation)
    {
        var failed = false;
        _disk.Fails = attempted => attempted == operation && !failed && (failed = true);
    }
}
