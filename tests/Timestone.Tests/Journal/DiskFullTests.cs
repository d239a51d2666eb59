using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Journal;

[Slow]
public sealed class DiskFullTests
{
    private const int SegmentBytes = 256 * 1024;

    private readonly FaultyDisk _disk = new(40 * SegmentBytes);

    [Fact]
    public async Task Everything_accepted_can_be_ended_with_the_largest_results()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await RunManyAndFillAsync(queue);
        _disk.Fails = static operation => operation == "create";

        var result = new byte[Limits.MaxResultBytes];
        Array.Fill(result, (byte)'1');
        var running = Running(queue);
        running.Length.ShouldBeGreaterThan(200);
        foreach (var sequence in running)
            await queue.CompleteAsync(sequence, result);
        foreach (var sequence in queue.Rows.Keys.Except(running).ToArray())
            await queue.CommitAsync(
                TestRows.Changed(
                    queue.Rows[sequence],
                    queue.Rows[sequence].State with
                    {
                        State = MessageState.Canceled,
                        DueAt = TestRows.Now,
                    },
                    TransitionCause.Cancel
                )
            );
        (await TestQueue.OpenAsync(Open(_disk.Crash()))).Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task Everything_accepted_can_be_ended_after_a_restart_on_the_full_disk()
    {
        var queue = await TestQueue.OpenAsync(Open(_disk));
        await RunManyAndFillAsync(queue);
        var disk = _disk.Crash();
        disk.Fails = static operation => operation == "create";

        var journal = Open(disk);
        var recovered = await TestQueue.OpenAsync(journal);
        journal.Room.ShouldBe(JournalRoom.SettleOnly);
        foreach (var sequence in Running(recovered))
            await recovered.CompleteAsync(sequence, new byte[Limits.MaxResultBytes]);
        (await TestQueue.OpenAsync(Open(disk.Crash()))).Contents.ShouldBe(recovered.Contents);
    }

    [Fact]
    public async Task A_full_disk_has_room_for_every_stop_in_order_and_every_start()
    {
        var journal = Open(_disk);
        await RunManyAndFillAsync(await TestQueue.OpenAsync(journal));
        var queue = await TestQueue.OpenAsync(journal);
        var contents = queue.Contents;
        _disk.Fails = static operation => operation == "create";
        for (var restart = 0; restart < 100; restart++)
        {
            await journal.DisposeAsync();
            journal = Open(_disk);
            journal.Recovered.IsCleanEnd.ShouldBeTrue();
        }

        queue = await TestQueue.OpenAsync(journal);
        queue.Contents.ShouldBe(contents);
        foreach (var sequence in Running(queue))
            await queue.CompleteAsync(sequence, new byte[Limits.MaxResultBytes]);
        await journal.DisposeAsync();
        Open(_disk).Recovered.IsCleanEnd.ShouldBeTrue();
    }

    [Fact]
    public async Task Flushes_that_fail_for_a_while_do_not_use_up_what_is_set_aside()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        // That of a commit fails, its segment is cut back, and that of the header of each next one fails.
        var flushes = 0;
        _disk.Fails = operation => operation == "create" || (operation == "flush" && ++flushes != 2);
        for (var i = 0; i < 30; i++)
        {
            await Should.ThrowAsync<IOException>(() => queue.AddManyAsync(i, 1));
            queue = await TestQueue.OpenAsync(journal);
        }

        flushes.ShouldBe(31);
        _disk.Fails = static operation => operation == "create";
        await queue.AddManyAsync(100, 1);
        await journal.DisposeAsync();
        (await TestQueue.OpenAsync(Open(_disk))).Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task A_loss_is_accepted_on_a_full_disk()
    {
        var journal = Open(_disk);
        await RunManyAndFillAsync(await TestQueue.OpenAsync(journal));
        await journal.DisposeAsync();

        // The name and the contents of what is leased stand in the first segment; others take the room of what is gone.
        _disk.Delete(TestLog.Segments(_disk)[0]);
        _disk.Capacity = _disk.Used;
        journal = Open(_disk, acceptDataLoss: true);
        journal.Recovered.Losses.ShouldNotBeEmpty();
        await journal.DisposeAsync();
        Open(_disk).Recovered.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Room_comes_back_when_the_queue_is_worked_off()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAsync(queue);
        journal.Room.ShouldBe(JournalRoom.WorkOnly);
        foreach (var some in queue.Rows.Keys.ToArray().Chunk(100))
            await queue.RemoveAsync(some);

        for (var worth = true; worth;)
        {
            var compaction = journal.CompactAsync();
            while (!compaction.IsCompleted)
                journal.WritePending();
            worth = await compaction;
        }

        journal.Room.ShouldBe(JournalRoom.Ample);
        await queue.AddManyAsync(1_000_000, 100);
    }

    [Fact]
    public async Task After_a_restart_on_the_full_disk_it_is_said_at_once_what_is_refused()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        // What is refused is large: small messages would still fit.
        for (var sequence = 1; queue.Journal.TryReserve(RoomUse.Message, SegmentBytes / 8); sequence++)
            await queue.AddManyAsync(sequence, 1, 100);
        journal.Room.ShouldBe(JournalRoom.WorkOnly);
        await journal.DisposeAsync();
        Open(_disk).Room.ShouldBe(JournalRoom.WorkOnly);
        _disk.Capacity *= 2;
        Open(_disk).Room.ShouldBe(JournalRoom.Ample);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_that_forbids_files_and_a_disk_that_fails_are_not_taken_for_a_full_disk(bool forbids)
    {
        var said = new List<string>();
        var journal = FileJournal.Open(
            new FileJournalOptions
            {
                Disk = _disk,
                Manual = true,
                SegmentBytes = SegmentBytes,
                Notify = (text, _) => said.Add(text),
            }
        );
        var queue = await TestQueue.OpenAsync(journal);
        if (forbids)
            _disk.Forbids = true;
        else
            _disk.Fails = static operation => operation == "create";
        await FillAsync(queue);
        journal.TroubleSettingAside.ShouldNotBeNull();
        said.ShouldHaveSingleItem().ShouldStartWith("No files can be made in the data directory");
        (_disk.Forbids, _disk.Fails) = (false, static _ => false);
        journal.Housekeep();
        journal.TroubleSettingAside.ShouldBeNull();
        said[^1].ShouldBe("Files can be made in the data directory again.");

        await FillAsync(queue, first: 1_000_000);
        journal.TroubleSettingAside.ShouldBeNull();
        said[^1].ShouldStartWith("There is no space left");
        said[^1].ShouldEndWith("No space left on device.");
    }

    [Fact]
    public async Task Room_comes_back_when_the_disk_has_space_again()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAsync(queue);
        journal.Housekeep();
        journal.Room.ShouldBe(JournalRoom.WorkOnly);
        _disk.Capacity *= 2;
        journal.Housekeep();
        journal.Room.ShouldBe(JournalRoom.Ample);
    }

    [Fact]
    public async Task A_commit_too_large_for_the_space_left_fails_and_costs_nothing()
    {
        var journal = Open(_disk);
        var queue = await TestQueue.OpenAsync(journal);
        await FillAsync(queue);
        var contents = queue.Contents;
        var used = _disk.Used;
        await Should.ThrowAsync<IOException>(() => queue.AddAsync(TestRows.Row(1_000_000, 20 * SegmentBytes)));
        _disk.Used.ShouldBe(used);
        var reopened = await TestQueue.OpenAsync(journal);
        reopened.Contents.ShouldBe(contents);
        await LeaseAllItCanAsync(reopened);
    }

    [Fact]
    public async Task Of_a_batch_larger_than_the_space_left_what_does_not_fit_is_refused_and_nothing_fails()
    {
        var journal = Open(_disk);
        var runner = await TestRunner.OpenAsync(journal);
        await runner.AskAsync(engine => engine.Enqueue([Message(0)]));
        var held = (await runner.AskAsync(engine => engine.Dequeue(new DequeueRequest()))).Single();

        var results = await runner.AskAsync(engine => engine.Enqueue([.. Enumerable.Range(1, 1000).Select(Message)]));
        var accepted = results.Count(static result => result.Error is null);
        accepted.ShouldBeInRange(20, 900);
        results.Where(static result => result.Error is not null).ShouldAllBe(static result => result.Error!.Code == ErrorCode.QueueFull);
        var settled = await runner.AskAsync(engine =>
            engine.Settle([Settlement.Complete(held.Id, held.LeaseToken!, Payload.FromText(new string('x', 4000)))])
        );
        settled.Single().Error.ShouldBeNull();
        (await TestQueue.OpenAsync(Open(_disk.Crash()))).Rows.Count.ShouldBe(1 + accepted);

        static NewMessage Message(int number) => new() { Id = $"m{number}", Payload = Payload.FromBytes(new byte[100_000]) };
    }

    [Fact]
    public async Task Space_set_aside_goes_back_when_it_is_not_needed_any_more()
    {
        var disk = new FaultyDisk();
        var journal = Open(disk);
        var idle = disk.Used;
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 1000);
        await queue.LeaseAsync([.. queue.Rows.Keys]);
        disk.Used.ShouldBeGreaterThan(idle + (8 * 1024 * 1000));
        await queue.RemoveAsync([.. queue.Rows.Keys]);
        journal.Housekeep();
        disk.Used.ShouldBeLessThan(idle + (8 * SegmentBytes));
    }

    private static FileJournal Open(FaultyDisk disk, bool acceptDataLoss = false) =>
        FileJournal.Open(
            new FileJournalOptions
            {
                Disk = disk,
                Manual = true,
                SegmentBytes = SegmentBytes,
                AcceptDataLoss = acceptDataLoss,
            }
        );

    private static async Task FillAsync(TestQueue queue, long first = 0)
    {
        for (; queue.Journal.Room == JournalRoom.Ample; first += 10)
            await queue.AddManyAsync(first, 10, 1000);
        queue.Journal.Room.ShouldBe(JournalRoom.WorkOnly);
    }

    private static async Task RunManyAndFillAsync(TestQueue queue)
    {
        await queue.AddManyAsync(1_000_000, 200, 100);
        await queue.LeaseAsync([.. queue.Rows.Keys]);
        await FillAsync(queue);
        await LeaseAllItCanAsync(queue);
    }

    private static async Task LeaseAllItCanAsync(TestQueue queue)
    {
        foreach (var sequence in queue.Rows.Keys.Order().ToArray())
        {
            if (queue.Journal.Room == JournalRoom.SettleOnly)
                return;
            await queue.LeaseAsync(sequence);
        }
    }

    private static long[] Running(TestQueue queue) =>
        [.. queue.Rows.Values.Where(static row => row.State.State == MessageState.Running).Select(static row => row.Sequence)];
}
