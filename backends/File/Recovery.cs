namespace Timestone.Backends.Files;

/// <summary>Reads the log once, oldest segment to newest, and leaves the disk so that writing can go on.</summary>
internal sealed class Recovery(IJournalDisk disk)
{
    private readonly SegmentBuffer _buffer = new();

    /// <summary>The queues as the log says they are.</summary>
    public Replay Replay { get; } = new();

    /// <summary>The segments that are not written to any more, oldest first.</summary>
    public List<LogSegment> Closed { get; } = [];

    /// <summary>The segment to go on in, and its open file; null to begin a new one.</summary>
    public (LogSegment Segment, IJournalFile File)? Active { get; private set; }

    /// <summary>Bytes of a torn tail that were cut off.</summary>
    public long CutOffBytes { get; private set; }

    /// <summary>Does it.</summary>
    /// <exception cref="IOException">The log is damaged, incomplete or of a later version; the disk is left as it was.</exception>
    public void Run()
    {
        try
        {
            var numbers = FileNames.Segments(disk.List());
            for (var i = 0; i < numbers.Length; i++)
            {
                if (i > 0 && numbers[i] != numbers[i - 1] + 1)
                    throw Stop(RecoveryTable.Decide(FilePlace.Earlier, HeaderFinding.Missing, null), numbers[i - 1] + 1, 0);
                Recover(numbers[i], i == numbers.Length - 1 ? FilePlace.Last : FilePlace.Earlier);
            }

            Replay.CheckComplete();
        }
        catch
        {
            Active?.File.Dispose();
            throw;
        }
    }

    private void Recover(long number, FilePlace place)
    {
        var file = disk.Open(FileNames.Segment(number));
        try
        {
            var bytes = _buffer.Read(file);
            var header = SegmentHeader.Read(bytes, number, out var start);
            Replay.Started(start);
            var (end, tail) = header == HeaderFinding.Valid ? Replay.Apply(bytes, number) : (0, (TailFinding?)null);
            var segment = new LogSegment(number, end);
            switch (RecoveryTable.Decide(place, header, tail))
            {
                case RecoveryDecision.Accept:
                    Closed.Add(segment);
                    break;
                case RecoveryDecision.Append when SegmentHeader.IsEarlier(bytes):
                    WriteAgain(file, bytes[..end]);
                    file.Truncate(end);
                    file.Flush();
                    Closed.Add(segment);
                    break;
                case RecoveryDecision.Append:
                    WriteAgain(file, bytes[..end]);
                    file.Flush();
                    Active = (segment, file);
                    break;
                case RecoveryDecision.CutOff:
                    // Durably, before anything is written: else a record written at the cut could come to end where a
                    // torn one of the tail begins, and join it to the log again. A crash in here finds the same tail.
                    CutOffBytes = bytes.Length - end;
                    WriteAgain(file, bytes[..end]);
                    file.Truncate(end);
                    file.Flush();
                    Closed.Add(segment);
                    break;
                case var stop:
                    throw Stop(stop, number, end);
            }
        }
        finally
        {
            if (Active?.File != file)
                file.Dispose();
        }
    }

    // What was read may stand in the system's cache alone: written and never flushed, or flushed in vain, as after a flush that
    // has failed pages are taken for clean that are not. Owners are going to act on it, and the next record is going to say
    // that everything before it is durable: so it is written once more, for the flush that follows.
    private void WriteAgain(IJournalFile file, ReadOnlySpan<byte> whole) =>
        file.Write(whole[(int)Math.Min(Replay.DurableBefore, whole.Length)..], Math.Min(Replay.DurableBefore, whole.Length));

    private static IOException Stop(RecoveryDecision decision, long number, int offset) => new(decision switch
    {
        RecoveryDecision.StopMissing => $"Segment {FileNames.Segment(number)} of the log is missing. Put it back, or restore the directory from a backup.",
        RecoveryDecision.StopVersion => $"{FileNames.Segment(number)} was written by a later version, whose log this one cannot read.",
        _ => $"{FileNames.Segment(number)} is damaged at offset {offset}: what stands there had become durable and is not what was written. Restore the directory from a backup.",
    });
}
