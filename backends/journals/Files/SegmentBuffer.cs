namespace Timestone.Journals.Files;

/// <summary>Reads whole segments into memory that is used again for the next one.</summary>
internal sealed class SegmentBuffer
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>What was read last.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The first bytes of a file, at most <paramref name="length"/>; good until the next call.</summary>
    public ReadOnlySpan<byte> Read(IJournalFile file, long length = long.MaxValue)
    {
        var count = checked((int)Math.Min(file.Length, length));
        if (_bytes.Length < count)
            _bytes = GC.AllocateUninitializedArray<byte>(count);
        _length = file.Read(_bytes.AsSpan(0, count), 0);
        return Bytes;
    }

    /// <summary>The first bytes of a segment.</summary>
    public ReadOnlySpan<byte> Read(IJournalDisk disk, LogSegment segment)
    {
        using var file = disk.Open(FileNames.Segment(segment.Number));
        return Read(file, segment.Length);
    }
}
