using Shouldly;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>Crashes in a write that was never answered.</summary>
public sealed class TornTailTests
{
    private readonly FaultyDisk _disk = new();

    [Fact]
    public async Task A_record_cut_anywhere_is_cut_off_and_everything_before_it_is_there()
    {
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk));
        await queue.AddManyAsync(1, 3);
        var contents = queue.Contents;
        var name = TestLog.Segments(_disk)[^1];
        var before = TestLog.End(_disk.Bytes(name));
        await queue.AddManyAsync(10, 2);
        var after = TestLog.End(_disk.Bytes(name));

        for (var cut = before + 1; cut < after; cut++)
        {
            // Turned around, as a cut that leaves what was zero anyway loses nothing.
            var torn = _disk.Crash();
            torn.Bytes(name).AsSpan(cut).Clear();
            torn.Bytes(name)[cut] = (byte)~_disk.Bytes(name)[cut];

            // Recovered, written to, and recovered again.
            var journal = TestLog.Open(torn);
            journal.Recovered.TornTail!.Bytes.ShouldBeGreaterThan(0);
            var first = await TestQueue.OpenAsync(journal);
            first.Contents.ShouldBe(contents);
            await first.AddManyAsync(20, 2);

            journal = TestLog.Open(torn.Crash());
            journal.Recovered.TornTail.ShouldBeNull();
            var second = await TestQueue.OpenAsync(journal);
            second.Contents.ShouldBe(first.Contents);
        }
    }

    [Fact]
    public async Task A_crash_while_cutting_off_finds_the_same_tail_again()
    {
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk));
        await queue.AddManyAsync(1, 3);
        var contents = queue.Contents;
        var name = TestLog.Segments(_disk)[^1];
        var before = TestLog.End(_disk.Bytes(name));
        await queue.AddManyAsync(10, 2);
        var torn = _disk.Crash();
        var bytes = torn.Bytes(name);
        bytes.AsSpan(before + 20).Clear();
        torn.Put(name, bytes);

        var flushes = 0;
        torn.Fails = operation => operation == "flush" && ++flushes == 1;
        Should.Throw<IOException>(() => TestLog.Open(torn));
        var again = torn.Crash();
        (await TestQueue.OpenAsync(TestLog.Open(again))).Contents.ShouldBe(contents);
        (await TestQueue.OpenAsync(TestLog.Open(again.Crash()))).Contents.ShouldBe(contents);
    }

    [Fact]
    public async Task A_torn_record_before_whole_ones_of_the_same_group_is_a_torn_tail()
    {
        var journal = TestLog.Open(_disk);
        var queues = new List<TestQueue>();
        for (var i = 0; i < 3; i++)
            queues.Add(await TestQueue.OpenAsync(journal, $"queue-{i}"));
        var name = TestLog.Segments(_disk)[^1];
        var before = TestLog.End(_disk.Bytes(name));
        foreach (var queue in queues)
            _ = queue.StartAdd(1);
        journal.WritePending();

        foreach (var lost in new[] { 3, 20 })
        {
            // The page with the beginning of the group did not reach the disk, the rest did.
            var torn = _disk.Crash();
            torn.Bytes(name).AsSpan(before, lost).Clear();
            var recovered = TestLog.Open(torn);
            recovered.Recovered.TornTail!.Bytes.ShouldBeGreaterThan(0);
            recovered.Recovered.Messages.ShouldBe(0);

            // The same group again: what was cut off must not join it.
            var reopened = await TestQueue.OpenAsync(recovered, "queue-0");
            await reopened.AddManyAsync(1, 1);
            TestLog.Open(torn.Crash()).Recovered.Messages.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_torn_record_before_one_of_a_later_group_is_damage()
    {
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk));
        await queue.AddManyAsync(1, 3);
        var name = TestLog.Segments(_disk)[^1];
        var before = TestLog.End(_disk.Bytes(name));
        await queue.AddManyAsync(10, 2);
        await queue.AddManyAsync(20, 2);
        _disk.Bytes(name).AsSpan(before, 20).Clear();
        Should.Throw<IOException>(() => TestLog.Open(_disk)).Message.ShouldContain($"{name} is damaged at offset {before}");
    }

    [Fact]
    public async Task What_a_start_has_read_is_durable_before_anything_is_written_behind_it()
    {
        // The process ends, with commits that were never flushed; then the power fails while the next start writes.
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk, Durability.Os));
        for (var i = 1; i < 10; i++)
            await queue.AddManyAsync(i, 1, payloadBytes: 500);
        // The first things that the start writes are what it read, of the mark and of the log, and they get flushed; the next flush fails.
        var writes = _disk.Writes;
        _disk.Fails = operation => operation == "flush" && _disk.Writes > writes + 2;
        Should.Throw<IOException>(() => TestLog.Open(_disk));
        for (var only = 0; only < 20; only++)
        {
            var count = 0;
            var after = _disk.Crash(() => count++ == only);
            (await TestQueue.OpenAsync(TestLog.Open(after))).Contents.ShouldBe(queue.Contents);
        }
    }

    [Fact]
    public async Task Any_part_of_what_was_not_flushed_can_reach_the_disk()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var disk = new FaultyDisk();
            var queue = await TestQueue.OpenAsync(TestLog.Open(disk, Durability.Os));
            for (var i = 0; i < 20; i++)
                await queue.AddManyAsync(i * 10, random.Next(1, 4), random.Next(300));
            var after = disk.Crash(() => random.Next(2) == 0);

            var journal = TestLog.Open(after, Durability.Os);
            var first = await TestQueue.OpenAsync(journal);
            first.Contents.ShouldBe(queue.Contents[..first.Contents.Length], $"seed {seed}");
            await first.AddManyAsync(1000, 3);
            var second = await TestQueue.OpenAsync(TestLog.Open(after.Crash(static () => true), Durability.Os));
            second.Contents.ShouldBe(first.Contents, $"seed {seed}");
        }
    }
}
