using Timestone.Journals.Files;

namespace Timestone.Tests.Journal;

/// <summary>Opens file journals with small segments, driven by hand.</summary>
internal static class TestLog
{
    public const int SegmentBytes = 16 * 1024;

    public static FileJournal Open(
        FaultyDisk disk,
        Durability durability = Durability.Fsync,
        bool acceptDataLoss = false,
        bool outbox = false,
        Action<string, Exception?>? notify = null
    ) =>
        FileJournal.Open(
            new FileJournalOptions
            {
                Disk = disk,
                Manual = true,
                SegmentBytes = SegmentBytes,
                Durability = durability,
                AcceptDataLoss = acceptDataLoss,
                Outbox = outbox,
                Notify = notify,
            }
        );

    /// <summary>Where the last record of a segment ends; a record can end with zeros of its own.</summary>
    public static int End(ReadOnlySpan<byte> segment, long number = 1)
    {
        var scan = new SegmentScan(segment, number);
        while (scan.Next(out _))
        {
        }

        return scan.Position;
    }

    /// <summary>The names of the segments, oldest first.</summary>
    public static string[] Segments(FaultyDisk disk) => [.. FileNames.Segments(disk.List()).Select(FileNames.Segment)];
}
