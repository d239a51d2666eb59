namespace Timestone.Journals.Files;

/// <summary>
/// Remembers on the disk which segments there are and how far the log has certainly been durable, so that a start finds out
/// when the log ends earlier. Saved when a segment is begun or deleted, and about once a second: never for a commit.
/// In step with docs/file-journal.md.
/// </summary>
internal sealed class HighWaterMark : IDisposable
{
    private const uint Version = 1;
    private const int Count = 6;

    private readonly TwoPlaces _places;
    private readonly Lock _sync = new();
    private readonly long _length;

    private HighWaterMark(IJournalFile file)
    {
        _length = file.Length;
        _places = new TwoPlaces(file, "TSTONHWM"u8, Version, Count);
        var numbers = _places.Numbers;
        if (Finding == HeaderFinding.Valid)
            Saved = new Mark(
                numbers[0],
                numbers[1],
                numbers[2],
                (uint)numbers[3],
                numbers[4],
                numbers[5] < 0 ? ~numbers[5] : numbers[5],
                numbers[5] < 0
            );
    }

    /// <summary>What the file was found to be.</summary>
    public HeaderFinding Finding => _places is { Finding: HeaderFinding.Damaged, MayBeTorn: true } ? HeaderFinding.Zero : _places.Finding;

    /// <summary>What was made durable last; that of an empty log where it cannot be read.</summary>
    public Mark Saved { get; private set; } = Mark.OfEmptyLog;

    /// <summary>Opens that of a log; null where there is none.</summary>
    public static HighWaterMark? Find(IJournalDisk disk, IEnumerable<string> names) =>
        names.Contains(FileNames.Mark) ? new HighWaterMark(disk.Open(FileNames.Mark)) : null;

    /// <summary>
    /// That of a log, durable before the log is written to: the one that was found or, where none can be read, a new file. What
    /// a crash has left of the making of one may not even have its length.
    /// </summary>
    /// <remarks>
    /// A start that accepts a loss says so here before it writes anything else. It then begins segments that go on behind the loss, puts
    /// cursors back and amends the log, and each of these can hide the loss from the next start. Only <see cref="Started"/> ends the
    /// accepting.
    /// </remarks>
    /// <param name="disk">Where the log is.</param>
    /// <param name="found">What <see cref="Find"/> found.</param>
    /// <param name="known">What a new one says.</param>
    /// <param name="accepting">Whether this start accepts that something is lost.</param>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    public static HighWaterMark Keep(IJournalDisk disk, HighWaterMark? found, Mark known, bool accepting)
    {
        if (found is { Finding: HeaderFinding.Valid } && found.Saved.IsAccepting == accepting)
            return found;
        // A damaged one is written over: deleted, nothing might be left that says that there was a log.
        if (found is { Finding: HeaderFinding.Zero } or { _length: not TwoPlaces.FileBytes })
        {
            found.Dispose();
            disk.Delete(FileNames.Mark);
            found = null;
        }

        var mark = found ?? new HighWaterMark(disk.Create(FileNames.Mark, TwoPlaces.FileBytes));
        try
        {
            mark.Save((found is { Finding: HeaderFinding.Valid } ? found.Saved : known) with { IsAccepting = accepting });
            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>Makes durable what was found: it may stand in the system's cache alone.</summary>
    /// <exception cref="IOException">The disk failed; it can be tried again.</exception>
    public void SaveAgain() => _places.SaveAgain();

    /// <summary>Notes that the log is durable up to an offset of a segment.</summary>
    /// <exception cref="IOException">The disk failed; what was saved before is still there.</exception>
    public void Reach(LogPosition position, uint checksum)
    {
        lock (_sync)
        {
            if (position.CompareTo(new LogPosition(Saved.Segment, Saved.Offset)) > 0)
                Save(Saved with { Segment = position.Segment, Offset = position.Offset, Checksum = checksum });
        }
    }

    /// <summary>Notes that no segment before one is needed any more.</summary>
    /// <exception cref="IOException">The disk failed; what was saved before is still there.</exception>
    public void Need(long oldest)
    {
        lock (_sync)
            Save(Saved with { Oldest = oldest });
    }

    /// <summary>Notes a start, and that what it accepts is accepted.</summary>
    /// <param name="start">Which.</param>
    /// <param name="oldest">The oldest segment there is.</param>
    /// <param name="accepted">The segment before which what is lost was accepted; null where nothing was.</param>
    /// <exception cref="IOException">The disk failed; what was saved before is still there.</exception>
    public void Started(long start, long oldest, long? accepted)
    {
        lock (_sync)
            Save(Saved with { Start = start, Oldest = oldest, Accepted = accepted ?? Saved.Accepted, IsAccepting = false });
    }

    public void Dispose() => _places.Dispose();

    private void Save(Mark mark)
    {
        _places.Save(mark.Oldest, mark.Segment, mark.Offset, mark.Checksum, mark.Start, mark.IsAccepting ? ~mark.Accepted : mark.Accepted);
        Saved = mark;
    }

    /// <summary>What is remembered.</summary>
    /// <param name="Oldest">The oldest segment that is needed.</param>
    /// <param name="Segment">The newest segment that was certainly there; 0 for none.</param>
    /// <param name="Offset">Up to where that was certainly durable: an end of a record, or of the header.</param>
    /// <param name="Checksum">The chain's checksum there.</param>
    /// <param name="Start">How often the journal was started.</param>
    /// <param name="Accepted">Of the segments before this one it was accepted that something is lost; 0 where that never was.</param>
    /// <param name="IsAccepting">Whether a start has begun to accept that something is lost, and has not ended.</param>
    internal sealed record Mark(long Oldest, long Segment, long Offset, uint Checksum, long Start, long Accepted, bool IsAccepting)
    {
        /// <summary>That of a log without a segment.</summary>
        public static readonly Mark OfEmptyLog = new(1, 0, 0, 0, 0, 0, false);
    }
}
