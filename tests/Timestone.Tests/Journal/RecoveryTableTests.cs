using System.Buffers.Binary;
using Shouldly;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>Each line of the recovery table, on a disk that is as the line says.</summary>
public sealed class RecoveryTableTests
{
    private readonly FaultyDisk _disk = new();

    [Fact]
    public void Every_combination_stands_in_the_table_once()
    {
        foreach (var place in Enum.GetValues<FilePlace>())
        {
            foreach (var header in Enum.GetValues<HeaderFinding>())
            {
                var isRead = place is FilePlace.Earlier or FilePlace.Last && header == HeaderFinding.Valid;
                TailFinding?[] tails = isRead ? [.. Enum.GetValues<TailFinding>()] : [null];
                ChainFinding?[] chains = isRead ? [.. Enum.GetValues<ChainFinding>()] : [null];
                foreach (var (tail, chain) in tails.SelectMany(_ => chains, static (tail, chain) => (tail, chain)))
                    Should.NotThrow(() => RecoveryTable.Decide(place, header, tail, chain), $"{place} {header} {tail} {chain}");
            }
        }
    }

    [Fact]
    public async Task Earlier_and_last_segments_that_end_or_go_on_with_zeros_are_taken()
    {
        var contents = await WriteThreeSegmentsAsync();
        var names = TestLog.Segments(_disk);
        _disk.Put(names[0], [.. _disk.Bytes(names[0]), .. new byte[100]]);
        await ShouldHoldAsync(contents);

        var last = _disk.Bytes(names[2]);
        _disk.Put(names[2], last[..TestLog.End(last, 3)]);
        await ShouldHoldAsync(contents);
    }

    [Theory]
    [InlineData(0, "is damaged at offset")]
    [InlineData(1, "is damaged at offset")]
    public async Task A_damaged_record_of_an_earlier_segment_stops_the_start(int segment, string message)
    {
        await WriteThreeSegmentsAsync();
        var name = TestLog.Segments(_disk)[segment];
        foreach (var offset in new[] { 60, _disk.Bytes(name).Length / 2, _disk.Bytes(name).Length - 1 })
        {
            var damaged = Copy();
            damaged.Bytes(name)[offset] ^= 1;
            ShouldStop(damaged, $"{name} {message}");
        }
    }

    [Fact]
    public async Task An_earlier_segment_that_lost_its_end_stops_the_start()
    {
        await WriteThreeSegmentsAsync();
        var name = TestLog.Segments(_disk)[1];
        _disk.Put(name, _disk.Bytes(name)[..^1]);
        ShouldStop(_disk, $"{name} is damaged at offset");
    }

    [Fact]
    public async Task A_damaged_record_of_the_last_segment_with_later_ones_behind_stops_the_start()
    {
        await WriteThreeSegmentsAsync();
        var name = TestLog.Segments(_disk)[2];
        foreach (var offset in new[] { 0, 4, 8, 12, 16, 40 })
        {
            var damaged = Copy();
            damaged.Bytes(name)[SegmentHeader.Size + offset] ^= 1;
            ShouldStop(damaged, $"{name} is damaged at offset 48");
        }
    }

    [Theory]
    [InlineData("zero")]
    [InlineData("magic")]
    [InlineData("checksum")]
    [InlineData("short")]
    [InlineData("empty")]
    [InlineData("other number")]
    public async Task A_segment_without_a_valid_header_of_its_own_stops_the_start(string finding)
    {
        await WriteThreeSegmentsAsync();
        for (var segment = 0; segment < 3; segment++)
        {
            var damaged = Copy();
            var name = TestLog.Segments(damaged)[segment];
            var bytes = damaged.Bytes(name);
            switch (finding)
            {
                case "zero":
                    bytes.AsSpan(0, SegmentHeader.Size).Clear();
                    break;
                case "magic":
                    bytes[0] ^= 1;
                    break;
                case "checksum":
                    bytes[20] ^= 1;
                    break;
                case "short":
                    damaged.Put(name, bytes[..20]);
                    break;
                case "empty":
                    damaged.Put(name, []);
                    break;
                default:
                    new SegmentHeader(77, 1, 0, 0).Write(bytes);
                    break;
            }

            ShouldStop(damaged, $"{name} is damaged at offset 0");
        }
    }

    [Fact]
    public async Task A_segment_of_a_later_version_stops_the_start_with_that_reason()
    {
        await WriteThreeSegmentsAsync();
        for (var segment = 0; segment < 3; segment++)
        {
            var later = Copy();
            BinaryPrimitives.WriteUInt32LittleEndian(later.Bytes(TestLog.Segments(later)[segment]).AsSpan(8), SegmentHeader.Version + 1);
            ShouldStop(later, "was written by another version");
        }
    }

    [Fact]
    public async Task A_segment_missing_between_others_stops_the_start()
    {
        await WriteThreeSegmentsAsync();
        var name = TestLog.Segments(_disk)[1];
        _disk.Delete(name);
        ShouldStop(_disk, $"{name} is missing.");
    }

    [Fact]
    public async Task A_missing_oldest_segment_stops_the_start()
    {
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk));
        await queue.AddManyAsync(1, 100, payloadBytes: 200);
        await queue.LeaseAsync(1);
        var name = TestLog.Segments(_disk)[0];
        _disk.Delete(name);
        ShouldStop(_disk, $"{name} is missing.");
    }

    [Fact]
    public async Task A_spare_that_was_never_used_is_kept_and_any_other_deleted()
    {
        var contents = await WriteThreeSegmentsAsync();
        var used = new byte[TestLog.SegmentBytes];
        new SegmentHeader(4, 1, 0, 0).Write(used);
        var torn = new byte[TestLog.SegmentBytes];
        torn[3000] = 1;
        var later = (byte[])used.Clone();
        later[8] = 99;
        _disk.Put("000000000500.spare", new byte[TestLog.SegmentBytes]);
        _disk.Put("000000000501.spare", used);
        _disk.Put("000000000502.spare", torn);
        _disk.Put("000000000503.spare", new byte[77]);
        _disk.Put("000000000504.spare", later);
        _disk.Put("notes.txt", [1]);

        await ShouldHoldAsync(contents);
        _disk.List().Where(static name => name.StartsWith("0000000005", StringComparison.Ordinal)).ShouldBe(["000000000500.spare"]);
        _disk.List().ShouldContain("notes.txt");
    }

    [Fact]
    public async Task A_record_with_a_right_checksum_and_no_meaning_stops_the_start()
    {
        await WriteThreeSegmentsAsync();
        var name = TestLog.Segments(_disk)[2];
        var record = _disk.Bytes(name).AsSpan(SegmentHeader.Size);
        record = record[..(Frame.Size + (int)BinaryPrimitives.ReadUInt32LittleEndian(record))];
        record[Frame.Size] = 99;
        Frame.Close(record);
        Frame.Place(record, 3, SegmentHeader.Size);
        ShouldStop(_disk, $"The record at offset 48 of {name} has a right checksum and no meaning");
    }

    private async Task<string[]> WriteThreeSegmentsAsync()
    {
        var queue = await TestQueue.OpenAsync(TestLog.Open(_disk));
        for (var i = 0; TestLog.Segments(_disk).Length < 3; i++)
            await queue.AddManyAsync(i * 10, 10, payloadBytes: 100);
        for (var i = 0; i < 10; i++)
            await queue.AddManyAsync(10_000 + i, 1);
        return queue.Contents;
    }

    private FaultyDisk Copy() => _disk.Crash();

    private async Task ShouldHoldAsync(string[] contents) =>
        (await TestQueue.OpenAsync(TestLog.Open(_disk))).Contents.ShouldBe(contents);

    private static void ShouldStop(FaultyDisk disk, string message)
    {
        var names = disk.List().Order().ToArray();
        Should.Throw<IOException>(() => TestLog.Open(disk)).Message.ShouldContain(message);
        disk.List().Order().ShouldBe(names);
    }
}
