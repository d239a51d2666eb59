namespace Timestone.Tests.Simulation;

/// <summary>A file's contents: as they are read, and as they would be after a loss of power.</summary>
internal sealed class SimulatedFile(SimulatedDisk disk, long length)
{
    private const int SectorBytes = 512;

    // What is not durable yet, in order: bytes at an offset, or a length that the file was cut to.
    private readonly List<(long Offset, byte[]? Bytes)> _unflushed = [];
    private byte[] _contents = new byte[length];
    private byte[] _durable = new byte[length];

    public long Length => _contents.Length;

    /// <summary>Whether what is written to it goes nowhere, and says that it did: a bug to plant.</summary>
    public bool LosesWrites { get; init; }

    /// <summary>What is read from it.</summary>
    public ReadOnlySpan<byte> Contents => _contents;

    /// <summary>Another file that is and will be as this one is now.</summary>
    public SimulatedFile Copy()
    {
        var copy = new SimulatedFile(disk, 0) { LosesWrites = LosesWrites, _contents = [.. _contents], _durable = [.. _durable] };
        copy._unflushed.AddRange(_unflushed);
        return copy;
    }

    /// <summary>Loses what is behind a length, or overwrites it with zeros, without anybody's doing.</summary>
    public void Lose(int length, bool zeros)
    {
        _unflushed.Clear();
        _contents = [.. _contents.AsSpan(0, length), .. zeros ? new byte[_contents.Length - length] : []];
        _durable = [.. _contents];
    }

    public int Read(Span<byte> buffer, long offset)
    {
        disk.ThrowIfStopped();
        var count = (int)Math.Clamp(_contents.Length - offset, 0, buffer.Length);
        _contents.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (offset + bytes.Length > _contents.Length)
            throw new InvalidOperationException("A write beyond the end of the file.");
        var half = disk.Begin();
        if (LosesWrites)
            bytes = [];
        // A write that fails has written any part of its beginning.
        var written = (half is null ? bytes : bytes[..disk.Random.Next(bytes.Length + 1)]).ToArray();
        written.CopyTo(_contents.AsSpan((int)offset));
        _unflushed.Add((offset, written));
        disk.End(half);
    }

    public void Truncate(long length)
    {
        var half = disk.Begin();
        if (half is null or true)
        {
            Array.Resize(ref _contents, (int)length);
            _unflushed.Add((length, null));
        }

        disk.End(half);
    }

    public void Flush()
    {
        var half = disk.Begin(fails: disk.FlushesFail);
        if (disk.LiesAboutFlushes)
            return;
        if (half is null or true)
            _unflushed.ForEach(change => Apply(change.Offset, change.Bytes));
        else if (!disk.Stopped)
            _unflushed.ForEach(change => KeepSectors(change.Offset, change.Bytes));
        // After a flush that failed the system takes written pages for clean that are not: flushing again would not help.
        if (!disk.Stopped)
            _unflushed.RemoveAll(change => half is null || change.Bytes is not null);
        disk.End(half);
    }

    /// <summary>Loses what was not flushed: nothing, all, some writes, or some sectors of them.</summary>
    public void LosePower()
    {
        var random = disk.Random;
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                _unflushed.ForEach(change => Apply(change.Offset, change.Bytes));
                break;
            case 2:
                var last = random.Next(_unflushed.Count + 1);
                for (var i = 0; i < last; i++)
                    Apply(_unflushed[i].Offset, _unflushed[i].Bytes);
                if (last < _unflushed.Count && _unflushed[last].Bytes is { } torn)
                    Apply(_unflushed[last].Offset, torn[..random.Next(torn.Length + 1)]);
                break;
            default:
                _unflushed.ForEach(change => KeepSectors(change.Offset, change.Bytes));
                break;
        }

        _unflushed.Clear();
        _contents = _durable.ToArray();
    }

    private void KeepSectors(long offset, byte[]? bytes)
    {
        if (bytes is null)
        {
            if (disk.Random.Next(2) == 0)
                Apply(offset, null);
            return;
        }

        for (var at = 0; at < bytes.Length;)
        {
            var end = (int)Math.Min(bytes.Length, ((offset + at) / SectorBytes + 1) * SectorBytes - offset);
            if (disk.Random.Next(2) == 0)
                Apply(offset + at, bytes[at..end]);
            at = end;
        }
    }

    // A cut that was lost leaves room for what was written before it; one that was kept leaves none for what was behind it.
    private void Apply(long offset, byte[]? bytes)
    {
        if (bytes is null)
            Array.Resize(ref _durable, (int)offset);
        else if (offset < _durable.Length)
            bytes.AsSpan(0, (int)Math.Min(bytes.Length, _durable.Length - offset)).CopyTo(_durable.AsSpan((int)offset));
    }
}
