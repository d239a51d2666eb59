using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Journals.Files;

/// <summary>
/// The outbox of a <see cref="FileJournal"/>: its log, whose commits are told in full, and how far readers are in it. A segment
/// that a reader still needs is not compacted away, as long as no more than the limit waits and the disk has room.
/// </summary>
internal sealed class FileOutbox : IOutbox, IDisposable
{
    private readonly IJournalDisk _disk;
    private readonly SegmentedLog _log;
    private readonly HighWaterMark _mark;
    private readonly Func<UntoldLog?> _untold;
    private readonly LogPosition _lastUntold;
    private readonly bool _hasLosses;
    private readonly FileJournalOptions _options;
    private readonly Lock _sync = new();
    private readonly CommitTimes<LogPosition> _times;
    private readonly Dictionary<string, OutboxPlace> _named = new(StringComparer.Ordinal);
    private readonly List<OutboxPlace> _unnamed = [];
    private readonly Signal _more;
    private long _told;
    private long _dropped;
    private bool _disposed;

    /// <param name="disk">Where the log is.</param>
    /// <param name="log">The log as recovery has found it.</param>
    /// <param name="mark">Remembers whether something of it was ever lost.</param>
    /// <param name="recovery">What recovery has found beside it.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="options">How the journal works.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public FileOutbox(
        IJournalDisk disk,
        SegmentedLog log,
        HighWaterMark mark,
        Recovery recovery,
        QueueCatalog queues,
        FileJournalOptions options
    )
    {
        (_disk, _log, _mark, _lastUntold, _hasLosses, _options) = (
            disk,
            log,
            mark,
            recovery.Replay.LastUntold,
            recovery.Losses.Count > 0,
            options
        );
        _more = new Signal(inline: options.Manual);
        _times = new CommitTimes<LogPosition>(options.TimeProvider, LeastAcknowledged);
        _untold = () => new UntoldLog(number => queues.Find(number)?.Row);
        try
        {
            foreach (var name in FileNames.CursorReaders(disk.List()))
                _named.Add(name, Load(CursorFile.Open(disk, name, create: false)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long Told => Interlocked.Read(ref _told);

    public OutboxBacklog Backlog
    {
        get
        {
            lock (_sync)
                return new OutboxBacklog(
                    Least(static place => place.Acknowledged) is { } least ? Waiting(least) : 0,
                    _options.OutboxLimitBytes,
                    _dropped,
                    "bytes"
                );
        }
    }

    // The first segment that there ever was is number 1. What an accepted loss has left of the log may begin with it all the same.
    public bool IsPartial => _log.Segments[0].Number > 1 || _mark.Saved.Accepted > 0;

    private LogPosition? Needed => Least(static place => place.Needed);

    public IOutboxReader OpenReader(string name, OutboxStart start)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("A reader's name consists of letters and digits.", nameof(name));
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(FileJournal));
            if (start == OutboxStart.Earliest)
            {
                var oldest = new LogPosition(_log.Segments[0].Number, 0);
                var place = new OutboxPlace(null, oldest);
                _unnamed.Add(place);
                return new FileOutboxReader(
                    this,
                    place,
                    new LogTail(_disk, _log, oldest),
                    new OutboxDecoder(restates: true, oldest.CompareTo(_lastUntold) < 0 ? _untold() : null),
                    _lastUntold,
                    whole: _log.End
                );
            }

            if (!_named.TryGetValue(name, out var named))
                _named.Add(name, named = Load(CursorFile.Open(_disk, name, create: true)));
            if (named.IsOpen)
                throw new InvalidOperationException($"A reader called '{name}' is open already.");
            named.IsOpen = true;
            return new FileOutboxReader(
                this,
                named,
                new LogTail(_disk, _log, named.Acknowledged),
                new OutboxDecoder(restates: false, null),
                _lastUntold,
                whole: null
            );
        }
    }

    /// <summary>Notes that something is about to become part of the log.</summary>
    public void Committing() => _times.Note(_log.End);

    /// <summary>Notes that it is.</summary>
    public void Committed() => Interlocked.Increment(ref _told);

    /// <summary>Wakes readers, when the log has become longer.</summary>
    public void Published() => _more.Set();

    /// <summary>Ends when the log becomes longer than it is when this is called, or later.</summary>
    public Task NextPublish()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(FileJournal));
        return _more.Next();
    }

    /// <summary>
    /// How long the oldest commit has waited that a reader has not acknowledged: zero when none waits, null when it was made before this
    /// process began.
    /// </summary>
    /// <param name="place">Where the reader is.</param>
    /// <param name="whole">Up to where the log tells what happened at any time before; null for nowhere.</param>
    public TimeSpan? LagOf(OutboxPlace place, LogPosition? whole)
    {
        LogPosition acknowledged;
        lock (_sync)
            acknowledged = place.Acknowledged;
        if (!IsBehind(acknowledged))
            return TimeSpan.Zero;
        return whole?.CompareTo(acknowledged) > 0 ? null : _times.Since(acknowledged);
    }

    /// <summary>Notes how far a reader is.</summary>
    public void Acknowledge(OutboxPlace place, LogPosition position)
    {
        lock (_sync)
            place.Acknowledged = LogPosition.Max(place.Acknowledged, position);
    }

    /// <summary>
    /// Notes that nothing was told between what a reader was given last and a position: that is acknowledged too, where all before it is.
    /// </summary>
    public void PassOver(OutboxPlace place, LogPosition given, LogPosition position)
    {
        lock (_sync)
        {
            if (place.Acknowledged.CompareTo(given) >= 0)
                place.Acknowledged = LogPosition.Max(place.Acknowledged, position);
        }
    }

    /// <summary>Forgets an open reader.</summary>
    public void Close(OutboxPlace place)
    {
        lock (_sync)
        {
            place.IsOpen = false;
            _unnamed.Remove(place);
        }
    }

    /// <summary>Makes durable how far readers are.</summary>
    /// <exception cref="IOException">The disk failed; it can be tried again.</exception>
    public void Save()
    {
        lock (_sync)
        {
            foreach (var place in _named.Values)
                place.Save();
        }
    }

    /// <summary>
    /// Whether the oldest segment may be deleted, for all that readers need it. What they have read of it they do not need any more when
    /// this has returned true.
    /// </summary>
    /// <param name="oldest">The segment.</param>
    /// <param name="full">Whether the disk is.</param>
    /// <exception cref="IOException">The disk failed; the segment has to stay.</exception>
    public bool LetsGo(LogSegment oldest, bool full)
    {
        lock (_sync)
        {
            foreach (var place in _named.Values.Concat(_unnamed))
            {
                place.Acknowledged = place.Acknowledged.Beyond(oldest);
                place.Save();
            }

            return Needed is not { } needed || needed.BytesIn(oldest) == 0 || full || Waiting(needed) > _options.OutboxLimitBytes;
        }
    }

    /// <summary>Counts what readers have lost with a segment.</summary>
    public void Deleted(LogSegment segment)
    {
        lock (_sync)
        {
            if (Needed is not { } needed || needed.BytesIn(segment) is var lost && lost == 0)
                return;
            _dropped += lost;
            _options.Notify?.Invoke(
                $"{lost} bytes of the log were deleted before all that follow it had read them: more than {_options.OutboxLimitBytes} bytes wait, or the disk is full.",
                null
            );
        }
    }

    public void Dispose()
    {
        lock (_sync)
        {
            _disposed = true;
            foreach (var place in _named.Values)
                place.File!.Dispose();
        }

        Published();
    }

    // What was durable to the system alone can be lost with the power, and a position behind it means other records by then:
    // so it is given up before any are written. Where something is lost any reader may have missed it.
    private OutboxPlace Load(CursorFile file)
    {
        var (segments, _) = _log.Extent;
        var end = segments.Length == 0 ? LogPosition.First : new LogPosition(segments[^1].Number, segments[^1].Length);
        var isThere = !_hasLosses && (file.Saved.CompareTo(end) <= 0 || file.Saved == new LogPosition(end.Segment + 1, 0));
        if (isThere && Array.Find(segments, segment => segment.Number == file.Saved.Segment) is { Number: > 0 } own)
            isThere = file.Saved.Offset <= own.Length;
        if (!isThere)
            file.Save(LogPosition.Lost);
        return new OutboxPlace(file, file.Saved);
    }

    private LogPosition? LeastAcknowledged()
    {
        lock (_sync)
            return Least(static place => place.Acknowledged);
    }

    private LogPosition? Least(Func<OutboxPlace, LogPosition> of)
    {
        LogPosition? least = null;
        foreach (var place in _named.Values.Concat(_unnamed))
            least = least is { } other && other.CompareTo(of(place)) <= 0 ? other : of(place);
        return least;
    }

    // A segment's head tells nothing.
    private bool IsBehind(LogPosition position) => _log.Segments.Any(segment =>
        position.BytesIn(segment) > (segment.Number > position.Segment || position.Offset == 0 ? SegmentHeader.Size : 0));

    private long Waiting(LogPosition from) => _log.Segments.Sum(segment => from.BytesIn(segment));
}
