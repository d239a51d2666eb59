namespace Timestone.Journals.Files;

/// <summary>Files set aside for later segments: what a roll takes, and the space that the reserve consists of.</summary>
internal sealed class Spares : IDisposable
{
    // A crash can have left any part of a header: what is looked at for zeros is the page it stands in.
    private const int HeaderPage = 4096;

    // What a full disk has left is taken in shorter files, down to such a part of a segment.
    private const int LeastPart = 8;

    private readonly IJournalDisk _disk;
    private readonly int _segmentBytes;
    private readonly Lock _sync = new();
    private readonly List<Spare> _spares = [];
    private long _lastNumber;
    private long _bytes;

    /// <summary>Keeps those that an earlier start left unused: on a full disk their space could not be had again.</summary>
    public Spares(IJournalDisk disk, int segmentBytes)
    {
        (_disk, _segmentBytes) = (disk, segmentBytes);
        foreach (var number in FileNames.Spares(disk.List()))
        {
            _lastNumber = number;
            var name = FileNames.Spare(number);
            var file = disk.Open(name);
            if (RecoveryTable.Decide(FilePlace.Spare, Look(file), null) == RecoveryDecision.KeepSpare)
            {
                Keep(new Spare(name, file, file.Length));
                continue;
            }

            file.Dispose();
            disk.Delete(name);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
                return _spares.Count;
        }
    }

    /// <summary>Their length together.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync)
                return _bytes;
        }
    }

    /// <summary>Sets one more aside.</summary>
    /// <returns>Null; or what stands in the way: mostly that there is no room.</returns>
    public IOException? TryAdd()
    {
        lock (_sync)
        {
            try
            {
                Keep(Create(_segmentBytes, _segmentBytes / LeastPart));
                return null;
            }
            catch (IOException obstacle)
            {
                return obstacle;
            }
        }
    }

    /// <summary>Gives one back to the file system.</summary>
    public void Remove()
    {
        lock (_sync)
        {
            if (TakeReady(0) is { } spare)
                Delete(spare);
        }
    }

    /// <summary>A file for a segment, set aside before if that is possible.</summary>
    /// <param name="length">The bytes that it must have.</param>
    /// <param name="sacrifice">Whether spares may be given up for a file that is larger than they are.</param>
    /// <exception cref="IOException">There is no room.</exception>
    public Spare Take(long length, bool sacrifice)
    {
        lock (_sync)
        {
            if (TakeReady(length) is { } ready)
                return ready;
            while (true)
            {
                try
                {
                    return Create(Math.Max(length, _segmentBytes), length);
                }
                catch (IOException) when (sacrifice && _spares.Count > 0)
                {
                    Delete(TakeReady(0)!);
                }
            }
        }
    }

    /// <summary>Sets one aside again that was taken and of which the header alone was written, wholly or not.</summary>
    public void Return(Spare spare)
    {
        lock (_sync)
            Keep(spare);
    }

    /// <summary>Closes the files; they stay set aside for the next start.</summary>
    public void Dispose()
    {
        lock (_sync)
        {
            while (TakeReady(0) is { } spare)
                spare.File.Dispose();
        }
    }

    private void Delete(Spare spare)
    {
        spare.File.Dispose();
        _disk.Delete(spare.Name);
    }

    private void Keep(Spare spare)
    {
        _spares.Add(spare);
        _bytes += spare.Length;
    }

    private Spare? TakeReady(long length)
    {
        var place = _spares.FindIndex(spare => spare.Length >= length);
        if (place < 0)
            return null;
        var spare = _spares[place];
        _spares.RemoveAt(place);
        _bytes -= spare.Length;
        return spare;
    }

    // As long as the disk allows.
    private Spare Create(long most, long least)
    {
        for (var length = most; ; length = Math.Max(length / 2, least))
        {
            var name = FileNames.Spare(++_lastNumber);
            try
            {
                return new Spare(name, _disk.Create(name, length), length);
            }
            catch (IOException obstacle) when (length > least && Posix.IsWantOfSpace(obstacle))
            {
                // A shorter one may fit.
            }
        }
    }

    private HeaderFinding Look(IJournalFile file)
    {
        if (file.Length > _segmentBytes || file.Length < _segmentBytes / LeastPart)
            return HeaderFinding.Damaged;
        var page = new byte[Math.Min(HeaderPage, file.Length)];
        file.Read(page, 0);
        if (!page.AsSpan().ContainsAnyExcept((byte)0))
            return HeaderFinding.Zero;
        var header = SegmentHeader.Read(page, 0, out _);
        return header is HeaderFinding.OtherNumber or HeaderFinding.Zero ? HeaderFinding.Valid : header;
    }

    /// <summary>A file set aside.</summary>
    internal sealed record Spare(string Name, IJournalFile File, long Length);
}
