using Timestone.Journals.Files;

namespace Timestone.Tests.Simulation;

/// <summary>Takes something durable from a log that was stopped in order: a start must refuse, whatever it is. Then puts it back.</summary>
internal static class Losses
{
    /// <exception cref="SimulationFailure">The journal started without a word.</exception>
    public static void Check(SimulatedDisk disk, FileJournalOptions options, Random random, SimulationCounts counts)
    {
        var mark = HighWaterMark.Find(disk, disk.List());
        // What a deletion that failed has left is nothing that anybody needs.
        var segments = Array.FindAll(FileNames.Segments(disk.List()), number => number >= mark!.Saved.Oldest);
        if (segments.Length == 0)
            return;
        var putBack = disk.Remember();
        var number = segments[random.Next(segments.Length)];
        var name = FileNames.Segment(number);
        var ends = Ends(disk[name].Contents, number);
        var cut = ends.Count > 1 && random.Next(3) > 0 ? ends[random.Next(ends.Count - 1)] : 0;
        var zeros = random.Next(2) == 0;
        if (cut == 0)
            disk.Lose(name);
        else
            disk[name].Lose(cut, zeros);
        try
        {
            FileJournal.Open(options);
            throw new SimulationFailure(
                Invariant.AcknowledgedIsKept,
                $"The journal starts although {name} {(cut == 0 ? "is gone" : $"{(zeros ? "is zeros" : "ends")} from offset {cut} of {ends[^1]} on")}."
            );
        }
        catch (IOException refusal) when (refusal.Message.Contains("is lost", StringComparison.Ordinal))
        {
            counts.Losses++;
        }

        putBack();
    }

    // Where records end, the header first.
    private static List<int> Ends(ReadOnlySpan<byte> segment, long number)
    {
        var scan = new SegmentScan(segment, number);
        var ends = new List<int> { scan.Position };
        while (scan.Next(out _))
            ends.Add(scan.Position);
        return ends;
    }
}
