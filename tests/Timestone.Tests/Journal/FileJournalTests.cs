using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>The contract on the file journal: what comes back is looked at in the running journal and after a start.</summary>
public sealed class FileJournalTests : JournalContract
{
    private readonly FaultyDisk _disk = new();
    private FileJournal _journal;

    public FileJournalTests() => _journal = TestLog.Open(_disk);

    protected override IJournal Journal => _journal;

    [Fact]
    public async Task Epochs_grow_over_starts()
    {
        var before = await TestQueue.OpenAsync(_journal);
        _journal = TestLog.Open(_disk.Crash());
        var after = await TestQueue.OpenAsync(_journal);
        after.Journal.Epoch.ShouldBeGreaterThan(before.Journal.Epoch);
    }

    [Fact]
    public async Task Its_id_outlasts_a_crash_and_is_made_anew_where_it_is_lost_or_damaged()
    {
        var id = (await _journal.ReadIdAsync()).ShouldNotBeNull();
        var disk = _disk.Crash();
        (await TestLog.Open(disk).ReadIdAsync()).ShouldBe(id);
        using (var file = disk.Open(FileNames.Id))
        {
            file.Write([(byte)'?'], 7);
            file.Flush();
        }

        var told = new List<string>();
        var next = (await TestLog.Open(disk = disk.Crash(), notify: (what, _) => told.Add(what)).ReadIdAsync()).ShouldNotBeNull();
        next.ShouldNotBe(id);
        told.ShouldHaveSingleItem().ShouldContain("journal.id is damaged");
        disk.Delete(FileNames.Id);
        (await TestLog.Open(disk = disk.Crash()).ReadIdAsync()).ShouldNotBeNull().ShouldNotBe(next);
        (await TestLog.Open(new FaultyDisk()).ReadIdAsync()).ShouldNotBe(id);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("flush")]
    [InlineData("rename")]
    public async Task An_id_that_cannot_be_made_is_made_when_it_can_be(string failing)
    {
        _disk.Fails = operation => operation == failing;
        (await _journal.ReadIdAsync()).ShouldBeNull();
        _disk.Fails = static _ => false;
        var id = (await _journal.ReadIdAsync()).ShouldNotBeNull();
        (await TestLog.Open(_disk.Crash()).ReadIdAsync()).ShouldBe(id);
    }

    [Fact]
    public async Task Commits_of_several_queues_share_one_write_and_one_flush()
    {
        var queues = new List<TestQueue>();
        for (var i = 0; i < 10; i++)
            queues.Add(await TestQueue.OpenAsync(_journal, $"queue-{i}"));
        var (writes, flushes) = (_disk.Writes, _disk.Flushes);

        var commits = queues.Select(queue => queue.StartAdd(1)).ToArray();
        commits.ShouldAllBe(commit => !commit.IsCompleted);
        _journal.WritePending().ShouldBeTrue();
        commits.ShouldAllBe(commit => commit.IsCompletedSuccessfully);
        (_disk.Writes - writes, _disk.Flushes - flushes).ShouldBe((1, 1));
        _journal.WritePending().ShouldBeFalse();
    }

    [Fact]
    public async Task With_durability_os_a_commit_is_answered_without_a_flush_and_outlasts_the_process()
    {
        var disk = new FaultyDisk();
        var journal = TestLog.Open(disk, Durability.Os);
        var queue = await TestQueue.OpenAsync(journal);
        var flushes = disk.Flushes;
        await queue.AddManyAsync(1, 3);
        disk.Flushes.ShouldBe(flushes);

        var again = await TestQueue.OpenAsync(TestLog.Open(disk.Crash(static () => true), Durability.Os));
        again.Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task A_commit_that_waits_while_its_queue_is_opened_again_is_fenced()
    {
        var before = await TestQueue.OpenAsync(_journal);
        var commit = before.StartAdd(1);
        var after = await TestQueue.OpenAsync(_journal);
        await Should.ThrowAsync<JournalFencedException>(commit);
        after.Contents.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_commit_before_the_first_has_ended_is_a_mistake()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        _ = queue.StartAdd(1);
        await Should.ThrowAsync<InvalidOperationException>(() => queue.StartAdd(2));
    }

    [Fact]
    public async Task A_record_larger_than_a_segment_gets_a_segment_of_its_own()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 3);
        await queue.AddAsync(TestRows.Row(100, payloadBytes: 3 * TestLog.SegmentBytes));
        await queue.AddManyAsync(200, 3);
        await ShouldComeBack(queue);
    }

    [Fact]
    public async Task A_log_goes_on_over_many_segments_and_starts()
    {
        var disk = _disk;
        var journal = _journal;
        for (var start = 0; start < 5; start++)
        {
            var queue = await TestQueue.OpenAsync(journal);
            for (var i = 0; i < 40; i++)
                await queue.AddManyAsync((start * 1000) + (i * 10), 10, payloadBytes: 64);
            disk = disk.Crash();
            journal = TestLog.Open(disk);
            (await TestQueue.OpenAsync(journal)).Contents.ShouldBe(queue.Contents);
            journal = TestLog.Open(disk = disk.Crash());
        }

        journal.Recovered.Messages.ShouldBe(2000);
        journal.Recovered.Segments.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task What_waits_is_written_when_the_journal_is_disposed_and_nothing_is_after()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        var commit = queue.StartAdd(1);
        await _journal.DisposeAsync();
        await commit;
        await Should.ThrowAsync<ObjectDisposedException>(() => queue.StartAdd(2));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await _journal.OpenAsync("orders"));
        (await TestQueue.OpenAsync(TestLog.Open(_disk.Crash()))).Rows.Keys.ShouldBe([1L]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public void A_segment_size_out_of_range_is_refused_by_its_name(int bytes) =>
        Should
            .Throw<ArgumentOutOfRangeException>(() =>
                FileJournal.Open(new FileJournalOptions { SegmentBytes = bytes, Disk = new FaultyDisk() })
            )
            .ParamName.ShouldBe("SegmentBytes");

    protected override async Task ShouldComeBack(TestQueue queue)
    {
        await base.ShouldComeBack(queue);
        var disk = _disk.Crash();
        (await TestQueue.OpenAsync(TestLog.Open(disk), queue.Journal.Queue.Name)).Contents.ShouldBe(queue.Contents);
    }
}
