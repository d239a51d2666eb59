namespace Timestone.Journals.Files;

/// <summary>Reads the log once, oldest segment to newest, and leaves the disk so that writing can go on.</summary>
internal sealed class Recovery(IJournalDisk disk, RecoveryMode mode = RecoveryMode.Refuse)
{
    // So that the record of a loss of millions is not one of them all.
    private const int AmendedAtOnce = 10_000;

    private readonly SegmentBuffer _buffer = new();
    private readonly List<string> _losses = [];
    /// <summary>The queues as the log says they are.</summary>
    public Replay Replay { get; } = new();

    /// <summary>The segments that are not written to any more, oldest first.</summary>
    public List<LogSegment> Closed { get; } = [];

    /// <summary>The segment to go on in, and its open file; null to begin a new one.</summary>
    public (LogSegment Segment, IJournalFile File)? Active { get; private set; }

    /// <summary>The high-water mark; null where there is none.</summary>
    public HighWaterMark? Mark { get; private set; }

    /// <summary>What the mark says; where it cannot be read, what is known without it.</summary>
    public HighWaterMark.Mark Remembered { get; private set; } = HighWaterMark.Mark.OfEmptyLog;

    /// <summary>The number of the newest segment that there is or was.</summary>
    public long Newest { get; private set; }

    /// <summary>The torn tail that is cut off.</summary>
    public TornTail? TornTail { get; private set; }

    /// <summary>What became durable and is lost.</summary>
    public IReadOnlyList<string> Losses => _losses;

    /// <summary>How often the journal was started before.</summary>
    public long Starts => Math.Max(Replay.Starts, Remembered.Start);

    /// <summary>Does it.</summary>
    /// <exception cref="UnreadableLogException">It is of another version, or a record of it means nothing.</exception>
    /// <exception cref="IOException">Something that became durable is lost, and that was not accepted; or the disk failed.</exception>
    public void Run()
    {
        try
        {
            var names = disk.List();
            var numbers = FileNames.Segments(names);
            ReadMark(names, numbers);
            var needed = Array.FindAll(numbers, number => number >= Remembered.Oldest);
            Newest = Math.Max(Remembered.Segment, needed.LastOrDefault());
            var next = Remembered.Oldest;
            for (var i = 0; i < needed.Length; next = needed[i++] + 1)
            {
                LookForMissing(next, needed[i] - 1);
                Recover(needed[i], needed[i] == Newest ? FilePlace.Last : FilePlace.Earlier, follower: needed.Contains(needed[i] + 1));
            }

            LookForMissing(next, Newest);
            Complete();
            foreach (var leftover in numbers.Where(number => number < Remembered.Oldest && mode != RecoveryMode.Look))
                disk.Delete(FileNames.Segment(leftover));
        }
        catch
        {
            Active?.File.Dispose();
            Mark?.Dispose();
            throw;
        }
    }

    /// <summary>What has to be written so that the log is complete again after what was lost.</summary>
    public IEnumerable<Amendment> Amendments()
    {
        foreach (var queue in Replay.Queues.Values.Where(_ => _losses.Count > 0))
        {
            if (queue.Deleted)
                yield return new Amendment(queue.Number, null);
            else if (!queue.Complete)
            {
                foreach (var chunk in queue.WithoutContent.Order().Chunk(AmendedAtOnce))
                    yield return new Amendment(queue.Number, chunk);
            }
        }
    }

    private void ReadMark(IReadOnlyCollection<string> names, long[] segments)
    {
        Mark = HighWaterMark.Find(disk, names);
        var place = FileNames.IsBegun(names) ? FilePlace.Mark : FilePlace.MarkAlone;
        var decision = RecoveryTable.Decide(place, Mark?.Finding ?? HeaderFinding.Missing);
        switch (decision)
        {
            case RecoveryDecision.Accept:
                Remembered = Mark!.Saved;
                if (mode != RecoveryMode.Look)
                    Mark.SaveAgain();
                if (Remembered.IsAccepting)
                    Lose("A start that accepted a loss ended before it had gone over to what was left.");
                break;
            case RecoveryDecision.Begin:
                break;
            case RecoveryDecision.StopVersion:
                throw Other(FileNames.Mark);
            default:
                if (Array.Exists(segments, number => HeaderOf(number, out _) == HeaderFinding.UnknownVersion))
                    throw Other(FileNames.Segment(segments[0]));
                if (segments.Length > 0)
                    Remembered = Remembered with { Oldest = segments[0] };
                Lose($"{FileNames.Mark} is {(decision == RecoveryDecision.StopMissing ? "missing" : "damaged")}: "
                    + "it remembers which segments there are, so that the newest ones can be missing too.");
                break;
        }
    }

    private void LookForMissing(long from, long to)
    {
        if (from > to || to < Remembered.Accepted)
            return;
        if (RecoveryTable.Decide(to == Newest ? FilePlace.Last : FilePlace.Earlier, HeaderFinding.Missing) == RecoveryDecision.StopMissing)
            Lose(
                from == to ? $"{FileNames.Segment(from)} is missing." : $"{FileNames.Segment(from)} to {FileNames.Segment(to)} are missing."
            );
    }

    private void Recover(long number, FilePlace place, bool follower)
    {
        var file = disk.Open(FileNames.Segment(number));
        try
        {
            var (end, sum) =
                place == FilePlace.Last ? (Remembered.Segment == number ? Remembered.Offset : 0, Remembered.Checksum)
                : follower ? Follower(number + 1)
                : default;
            var bytes = _buffer.Read(file);
            var header = SegmentHeader.Read(bytes, number, out var found);
            Replay.Started(found.Start);
            var sumAtEnd = default(uint?);
            var (position, tail) = header == HeaderFinding.Valid
                ? Replay.Apply(bytes, number, (at, checksum) => sumAtEnd = at == end ? checksum : sumAtEnd)
                : (0, (TailFinding?)null);
            var chain = ChainOf(place, position, end, sumAtEnd, sum);
            Conclude(number, file, bytes, position, end, RecoveryTable.Decide(place, header, tail, tail is null ? null : chain));
        }
        finally
        {
            if (Active?.File != file)
                file.Dispose();
        }
    }

    private static ChainFinding ChainOf(FilePlace place, long position, long end, uint? sumAtEnd, uint sum)
    {
        if (end == 0)
            return ChainFinding.Holds;
        if (position < end)
            return ChainFinding.Short;
        // The newest segment goes on behind the mark; an earlier one ends where the next one says.
        return sumAtEnd == sum && (place == FilePlace.Last || position == end) ? ChainFinding.Holds : ChainFinding.Differs;
    }

    // What a segment remembers of the one before it; zeros when it says nothing.
    private (long End, uint Checksum) Follower(long number) =>
        HeaderOf(number, out var found) == HeaderFinding.Valid ? (found.PreviousEnd, found.PreviousChecksum) : default;

    private HeaderFinding HeaderOf(long number, out SegmentHeader found)
    {
        using var file = disk.Open(FileNames.Segment(number));
        var header = new byte[SegmentHeader.Size];
        var length = file.Read(header, 0);
        return SegmentHeader.Read(header.AsSpan(0, length), number, out found);
    }

    private void Conclude(long number, IJournalFile file, ReadOnlySpan<byte> bytes, int position, long end, RecoveryDecision decision)
    {
        var segment = new LogSegment(number, position);
        var name = FileNames.Segment(number);
        switch (decision)
        {
            case RecoveryDecision.Append when _losses.Count == 0:
                Keep(file, bytes[..position]);
                Active = (segment, file);
                return;
            case RecoveryDecision.Append:
                Keep(file, bytes[..position]);
                break;
            case RecoveryDecision.CutOff:
                // Durably, before anything is written: else a record written at the cut could come to end where a
                // torn one of the tail begins, and join it to the log again. A crash in here finds the same tail.
                TornTail = new TornTail(name, position, bytes[position..].LastIndexOfAnyExcept((byte)0) + 1);
                Keep(file, bytes[..position], cut: true);
                break;
            case RecoveryDecision.StopVersion:
                throw Other(name);
            case RecoveryDecision.Accept:
                break;
            case var _ when number < Remembered.Accepted:
                break;
            case RecoveryDecision.StopShort:
                Lose($"{name} ends at offset {position} and went on to offset {end}: {end - position} bytes of records are missing.");
                break;
            case RecoveryDecision.StopDiffers:
                Lose($"{name} holds other records than those that became durable: it is not the file that was written.");
                break;
            default:
                var lost = Math.Max(end, bytes.LastIndexOfAnyExcept((byte)0) + 1) - position;
                Lose($"{name} is damaged at offset {position}: what stands there had become durable and is not what was written. "
                    + $"It and all behind it in the file are lost, {lost} bytes.");
                // Owners are going to act on what was read before it.
                Keep(file, bytes[..position]);
                break;
        }

        Closed.Add(segment);
    }

    // What was read may stand in the system's cache alone: written and never flushed, or flushed in vain, as after a flush that
    // has failed pages are taken for clean that are not. Owners are going to act on it, and the next record is going to say
    // that everything before it is durable: so it is written once more, and flushed.
    private void Keep(IJournalFile file, ReadOnlySpan<byte> whole, bool cut = false)
    {
        if (mode == RecoveryMode.Look)
            return;
        var durable = (int)Math.Min(Replay.DurableBefore, whole.Length);
        if (durable < whole.Length)
            file.Write(whole[durable..], durable);
        if (cut)
            file.Truncate(whole.Length);
        file.Flush();
    }

    // Checks that nothing that records refer to was missing.
    private void Complete()
    {
        foreach (var queue in Replay.Queues.Values.Where(static queue => !queue.Complete))
        {
            if (queue.Row is { } row)
            {
                Lose($"Queue '{row.Name}' refers to {queue.WithoutContent.Count} messages that stand nowhere: older segments are missing.");
                continue;
            }

            Lose($"A queue with {queue.Rows.Count} messages has no name any more: older segments are missing.");
            queue.Delete();
        }

        // Where the deletion of the first is lost.
        foreach (
            var same in Replay
                .Queues.Values.Where(static queue => !queue.Deleted)
                .GroupBy(static queue => queue.Row!.Name)
                .Where(static same => same.Count() > 1)
        )
        {
            foreach (var older in same.OrderBy(static queue => queue.Number).SkipLast(1))
            {
                Lose($"The log holds two queues called '{same.Key}': the older one is dropped, with {older.Rows.Count} messages.");
                older.Delete();
            }
        }
    }

    private void Lose(string what)
    {
        _losses.Add(what);
        if (mode == RecoveryMode.Refuse)
        {
            throw new IOException($"Data that had become durable is lost. {what} "
                + "Put the file back as it was, or restore the whole directory from a backup. "
                + "'timestone verify' lists everything that is lost; --accept-data-loss starts without it.");
        }
    }

    private static UnreadableLogException Other(string name) => new(
        $"{name} was written by another version of Timestone, whose log this one cannot read. "
        + "Nothing is lost: the version that wrote it reads it.");
}
