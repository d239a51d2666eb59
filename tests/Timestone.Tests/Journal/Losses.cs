using Timestone.Journals.Files;

namespace Timestone.Tests.Journal;

/// <summary>Loses what became durable of a log.</summary>
internal static class Losses
{
    /// <summary>Writes a log. Each segment but the last has more than a header, and everything is durable and marked.</summary>
    public static async Task WriteFourSegmentsAsync(FaultyDisk disk, bool outbox = false)
    {
        var journal = TestLog.Open(disk, outbox: outbox);
        var queue = await TestQueue.OpenAsync(journal);
        for (var i = 1; TestLog.Segments(disk).Length < 4; i++)
            await queue.AddManyAsync(i * 10, 10, payloadBytes: 100);
        await queue.AddManyAsync(10_000, 3);
        await journal.DisposeAsync();
    }

    /// <summary>Loses something of such a log.</summary>
    /// <param name="disk">Where it is.</param>
    /// <param name="what">What, as <see cref="LossTests"/> lists it.</param>
    public static void Cause(FaultyDisk disk, string what)
    {
        var names = TestLog.Segments(disk);
        void Keep(string name, int bytes) => disk.Put(name, disk.Bytes(name)[..bytes]);
        void Zero(string name, int from) => disk.Put(name, [.. disk.Bytes(name)[..from], .. new byte[disk.Bytes(name).Length - from]]);
        switch (what)
        {
            case "newest deleted":
                disk.Delete(names[3]);
                break;
            case "two newest deleted":
                disk.Delete(names[2]);
                disk.Delete(names[3]);
                break;
            case "oldest deleted":
                disk.Delete(names[0]);
                break;
            case "all deleted":
                Array.ForEach(names, disk.Delete);
                break;
            case "middle deleted":
                disk.Delete(names[1]);
                break;
            case "closed cut":
                Keep(names[1], SegmentHeader.Size);
                break;
            case "closed zeroed":
                Zero(names[1], SegmentHeader.Size);
                break;
            case "newest cut":
                Keep(names[3], SegmentHeader.Size);
                break;
            case "newest zeroed":
                Zero(names[3], SegmentHeader.Size);
                break;
            case "closed replaced":
                // Records that are whole, of this segment, and as long: but others. The last byte is a count of attempts, above its lowest
                // bit.
                var bytes = disk.Bytes(names[1]);
                var record = bytes.AsSpan(SegmentHeader.Size);
                record = record[..(Frame.Size + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(record))];
                record[^1] ^= 2;
                Frame.Close(record);
                Frame.Place(record, 2, SegmentHeader.Size);
                break;
            case "damaged":
                disk.Bytes(names[1])[SegmentHeader.Size + 20] ^= 1;
                break;
            case "header damaged":
                disk.Bytes(names[1])[20] ^= 1;
                break;
            case "mark deleted":
                disk.Delete(FileNames.Mark);
                break;
            case "mark damaged":
                disk.Bytes(FileNames.Mark)[30] ^= 1;
                disk.Bytes(FileNames.Mark)[4096 + 30] ^= 1;
                break;
            case "all but a damaged mark":
                Array.ForEach(disk.List().Where(static name => name != FileNames.Mark).ToArray(), disk.Delete);
                Cause(disk, "mark damaged");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }

        // What was changed in place stays so.
        foreach (var name in disk.List().ToArray())
            Keep(name, disk.Bytes(name).Length);
    }
}
