using System.Buffers.Binary;

namespace Timestone.Journals.Files;

/// <summary>
/// Reads the log from a position on, as far as it is durable, through a file handle of its own: the writer is not held up.
/// Used by one thread at a time.
/// </summary>
internal sealed class LogTail(IJournalDisk disk, SegmentedLog log, LogPosition start) : IDisposable
{
    private const int WindowBytes = 256 * 1024;

    private byte[] _window = [];
    private int _windowStart;
    private int _windowEnd;
    private long _durable;
    private IJournalFile? _file;

    /// <summary>Where the next record begins.</summary>
    public LogPosition Position { get; private set; } = start;

    /// <summary>Whether segments were deleted that it had not read to their end; set to false by whoever has told.</summary>
    public bool HasGap { get; set; }

    /// <summary>Moves over the next record; false when none is durable yet.</summary>
    /// <exception cref="IOException">The disk failed, or the log is damaged: nothing was moved over.</exception>
    public bool Next(out ReadOnlySpan<byte> body)
    {
        body = default;
        if (Position.Offset >= _durable && !FindMore())
            return false;
        while (true)
        {
            var rest = _window.AsSpan(_windowStart.._windowEnd);
            if (Frame.TryRead(rest, Position.Segment, out body, out _))
            {
                var length = Frame.Size + body.Length;
                _windowStart += length;
                Position = Position with { Offset = Position.Offset + length };
                return true;
            }

            if (!Fill(rest))
                throw new IOException(
                    $"{FileNames.Segment(Position.Segment)} is damaged at offset {Position.Offset}, or does not go on there."
                );
        }
    }

    /// <summary>Goes back to where it was before.</summary>
    public void Return(LogPosition position)
    {
        Close();
        Position = position;
    }

    public void Dispose() => Close();

    // Finds out how far the log goes, and moves on to the next segment where one has ended.
    private bool FindMore()
    {
        while (true)
        {
            var (segments, deleted) = log.Extent;
            if (segments.Length == 0 || Position.Segment > segments[^1].Number)
                return false;
            var index = Array.FindIndex(segments, segment => segment.Number >= Position.Segment);
            if (segments[index].Number > Position.Segment)
            {
                HasGap |= Position.Beyond(deleted).Segment < segments[index].Number;
                MoveTo(segments[index].Number);
            }

            Position = Position with { Offset = Math.Max(Position.Offset, SegmentHeader.Size) };
            _durable = segments[index].Length;
            if (Position.Offset < _durable)
                return true;
            if (index == segments.Length - 1)
                return false;
            // Numbers have gaps where it was accepted that segments are lost.
            HasGap |= segments[index + 1].Number != Position.Segment + 1;
            MoveTo(segments[index + 1].Number);
        }
    }

    private void MoveTo(long segment)
    {
        Close();
        Position = new LogPosition(segment, SegmentHeader.Size);
    }

    // Gets more bytes behind those that are there; false when they are all that is durable.
    private bool Fill(ReadOnlySpan<byte> rest)
    {
        var left = _durable - Position.Offset;
        if (rest.Length >= left)
            return false;
        var wanted = (int)
            Math.Min(
                left,
                Math.Max(WindowBytes, rest.Length < sizeof(uint) ? 0 : Frame.Size + (long)BinaryPrimitives.ReadUInt32LittleEndian(rest))
            );
        if (wanted <= rest.Length)
            return false;
        var window = _window.Length >= wanted ? _window : new byte[Math.Max(wanted, WindowBytes)];
        rest.CopyTo(window);
        _file ??= disk.Open(FileNames.Segment(Position.Segment));
        var read = _file.Read(window.AsSpan(rest.Length, wanted - rest.Length), Position.Offset + rest.Length);
        (_window, _windowStart, _windowEnd) = (window, 0, rest.Length + read);
        return read > 0;
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _windowStart, _windowEnd, _durable) = (null, 0, 0, 0);
    }
}
