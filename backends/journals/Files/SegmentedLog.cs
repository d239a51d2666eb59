namespace Timestone.Journals.Files;

/// <summary>
/// The segments, and the one that is written to. Written by one thread; what others may ask is said so and guarded.
/// </summary>
internal sealed class SegmentedLog : IDisposable
{
    private readonly IJournalDisk _disk;
    private readonly Spares _spares;
    private readonly HighWaterMark _mark;
    private readonly long _start;
    private readonly Lock _sync = new();
    private readonly List<LogSegment> _closed;
    private LogSegment _lastDeleted;
    private IJournalFile? _file;
    private long _number;
    private long _capacity;
    private long _flushed;
    private long _end;
    private long _written;

    // The chain's checksum behind what was written, and behind what is part of the log.
    private uint _checksumWritten;
    private uint _checksum;
    private (LogPosition Position, uint Checksum) _durable;
    private volatile Exception? _dead;

    /// <summary>Goes on where recovery ended.</summary>
    public SegmentedLog(IJournalDisk disk, Spares spares, HighWaterMark mark, Recovery recovery, long start)
    {
        (_disk, _spares, _mark, _start, _closed) = (disk, spares, mark, start, recovery.Closed);
        _number = recovery.Newest;
        _checksum = _checksumWritten = recovery.Replay.Checksum;
        if (recovery.Active is var (segment, file))
        {
            (_file, _number, _capacity) = (file, segment.Number, file.Length);
            _flushed = _end = _written = segment.Length;
            NoteDurable();
        }

        AppendedBytes = Bytes;
    }

    /// <summary>The number of the segment written to, or of the last one. For the writer.</summary>
    public long Number => _number;

    /// <summary>Bytes known to be durable in the segment written to. For the writer.</summary>
    public long Flushed => _flushed;

    /// <summary>Bytes ever appended, and those that recovery found. For anyone.</summary>
    public long AppendedBytes { get; private set; }

    /// <summary>Bytes left in the segment written to. For anyone.</summary>
    public long Remaining
    {
        get
        {
            lock (_sync)
                return _file is null ? 0 : _capacity - _end;
        }
    }

    /// <summary>Bytes of log in all segments. For anyone.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync)
                return _closed.Sum(static segment => segment.Length) + (_file is null ? 0 : _end);
        }
    }

    /// <summary>The segments with their durable lengths, oldest first. For anyone.</summary>
    public LogSegment[] Segments
    {
        get
        {
            lock (_sync)
                return _file is null ? [.. _closed] : [.. _closed, new LogSegment(_number, _end)];
        }
    }

    /// <summary>Behind the last durable record. For anyone.</summary>
    public LogPosition End
    {
        get
        {
            lock (_sync)
                return _file is not null ? new(_number, _end)
                    : _closed is [.., var last] ? new(last.Number, last.Length)
                    : LogPosition.First;
        }
    }

    /// <summary>The segments, and the one that was deleted last in this process, if any, in its full length. For anyone.</summary>
    public (LogSegment[] Segments, LogSegment LastDeleted) Extent
    {
        get
        {
            lock (_sync)
                return (Segments, _lastDeleted);
        }
    }

    /// <summary>The oldest segment that is not written to any more. For anyone.</summary>
    public LogSegment? Oldest
    {
        get
        {
            lock (_sync)
                return _closed.Count == 0 ? null : _closed[0];
        }
    }

    /// <summary>Whether bytes fit into the segment written to.</summary>
    public bool Fits(long bytes) => _file is not null && _capacity - _end >= bytes;

    /// <summary>Why nothing can be written any more, ever; null while it can. For anyone.</summary>
    public string? Death => _dead is null ? null : "The journal failed and has to be started again; the log says why.";

    /// <summary>What it died of.</summary>
    public Exception? CauseOfDeath => _dead;

    /// <summary>Throws when nothing can be written any more. For anyone.</summary>
    /// <exception cref="IOException">It failed in a way that only a restart resolves.</exception>
    public void ThrowIfDead()
    {
        if (Death is { } death)
            throw new IOException(death, _dead);
    }

    /// <summary>Begins a new segment in which bytes fit. The one before is durable then.</summary>
    /// <exception cref="IOException">It could not be begun, and nothing changed; or the log is dead now.</exception>
    public void Roll(long bytes, bool sacrifice)
    {
        ThrowIfDead();
        var number = _number + 1;
        var name = FileNames.Segment(number);
        uint checksum;
        var spare = _spares.Take(SegmentHeader.Size + bytes, sacrifice);
        try
        {
            Span<byte> header = stackalloc byte[SegmentHeader.Size];
            new SegmentHeader(number, _start, EndOfNewest(), _checksum).Write(header);
            checksum = Chain.Begin(header);
            spare.File.Write(header, 0);
            spare.File.Flush();
        }
        catch
        {
            // The next one writes its own header over it. It goes behind the others; deleted, a disk that fails for a while and is
            // full would have taken all that is set aside.
            _spares.Return(spare);
            throw;
        }

        Die(Flush);
        try
        {
            _disk.Rename(spare.Name, name);
        }
        catch (Exception failure) when (!MayBeThere(name))
        {
            // The next one writes its own header over it.
            _spares.Return(spare);
            throw new IOException($"A new segment cannot be begun: {failure.Message}", failure);
        }
        catch (Exception failure)
        {
            // After a crash it may be there or not, so neither it nor the one before can be written to.
            _dead = failure;
            throw;
        }

        CloseActive();
        lock (_sync)
        {
            (_file, _number, _capacity) = (spare.File, number, spare.File.Length);
            _flushed = _end = _written = SegmentHeader.Size;
            _checksum = _checksumWritten = checksum;
        }

        NoteDurable();
        try
        {
            SaveMark();
        }
        catch (IOException)
        {
            // Within a second it is tried again.
        }
    }

    /// <summary>Continues the chain: called for each record before it is written.</summary>
    public void Link(ReadOnlySpan<byte> record) => _checksumWritten = Chain.Add(_checksumWritten, record);

    /// <summary>Makes durable how far the log is. For anyone.</summary>
    /// <exception cref="IOException">The disk failed; it can be tried again.</exception>
    public void SaveMark()
    {
        (LogPosition Position, uint Checksum) durable;
        lock (_sync)
            durable = _durable;
        _mark.Reach(durable.Position, durable.Checksum);
    }

    /// <summary>Writes behind what was written; not part of the log before <see cref="Publish"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        ThrowIfDead();
        _file!.Write(bytes, _written);
        _written += bytes.Length;
    }

    /// <summary>Makes durable what was written.</summary>
    public void Flush()
    {
        if (_file is null || _flushed == _written)
            return;
        _file.Flush();
        _flushed = _written;
    }

    /// <summary>
    /// Makes durable what was answered before it was. Where that fails the log is dead: the system may hold for clean now what
    /// the disk does not have, so that another flush would succeed and change nothing. A start writes it once more.
    /// </summary>
    public void FlushAnswered()
    {
        ThrowIfDead();
        Die(Flush);
        NoteDurable();
    }

    /// <summary>Makes what was written part of the log.</summary>
    public void Publish()
    {
        lock (_sync)
        {
            AppendedBytes += _written - _end;
            (_end, _checksum) = (_written, _checksumWritten);
        }

        NoteDurable();
    }

    /// <summary>Takes back what was written and not published, after a write or a flush has failed.</summary>
    /// <remarks>
    /// 1. A group of commits was being written behind X. How much of it is on the disk, nobody knows, and nobody was answered.
    /// 2. Were the next group written behind it, or over it, a crash could leave a log in which the failed group is whole
    ///    after all, after its owners were told "unknown", opened their queues again and built on its absence.
    /// 3. So the segment is cut off at X and flushed. From here on the failed group is not in the log.
    /// 4. Only then are its owners told. They open their queues again, and what is read then is what a restart would read.
    /// 5. Writing goes on in a new segment: after a failed flush the system may hold pages of this one for clean that are not.
    /// 6. When 3 fails too, neither presence nor absence can be had: the log is dead, every commit and every opening fails,
    ///    until a restart finds out what is there.
    /// </remarks>
    public void Retreat()
    {
        Die(() =>
        {
            _file!.Truncate(_end);
            _file.Flush();
        });
        (_flushed, _checksumWritten) = (_end, _checksum);
        NoteDurable();
        CloseActive(truncate: false);
    }

    /// <summary>Deletes the oldest segment. For compaction.</summary>
    /// <exception cref="IOException">The disk failed, and the segment may still be there; it is not needed any more.</exception>
    public void DeleteOldest(long number)
    {
        // First the note, else a start would miss it.
        _mark.Need(number + 1);
        _disk.Delete(FileNames.Segment(number));
        lock (_sync)
        {
            if (_closed[0].Number != number)
                throw new InvalidOperationException($"Segment {number} is not the oldest.");
            _lastDeleted = _closed[0];
            _closed.RemoveAt(0);
        }
    }

    /// <summary>Closes the file. What is set aside in it stays, for the next start to go on in.</summary>
    public void Dispose() => _file?.Dispose();

    // Of the segment that a new one follows; 0 where there is none.
    private long EndOfNewest()
    {
        lock (_sync)
            return _file is null ? _closed.LastOrDefault().Length : _end;
    }

    private bool MayBeThere(string name)
    {
        try
        {
            return _disk.List().Contains(name);
        }
        catch (IOException)
        {
            return true;
        }
    }

    // Where commits are answered without a flush, what is part of the log need not be durable.
    private void NoteDurable()
    {
        lock (_sync)
        {
            if (_flushed == _end)
                _durable = (new LogPosition(_number, _end), _checksum);
        }
    }

    private void CloseActive(bool truncate = true)
    {
        if (_file is not { } file)
            return;
        try
        {
            if (truncate)
                Cut(file);
        }
        finally
        {
            file.Dispose();
            lock (_sync)
            {
                _closed.Add(new LogSegment(_number, _end));
                _file = null;
            }
        }
    }

    // What is cut writes the page that the end stands in once more: that it has reached the disk, a flush must say.
    private void Cut(IJournalFile file)
    {
        try
        {
            file.Truncate(_end);
        }
        catch (IOException)
        {
            // The space behind its end stays taken until it is compacted; recovery reads zeros there.
            return;
        }

        Die(file.Flush);
    }

    private void Die(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            _dead = failure;
            throw;
        }
    }
}
