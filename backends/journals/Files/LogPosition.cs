namespace Timestone.Journals.Files;

/// <summary>A place in the log: everything before it is behind.</summary>
/// <param name="Segment">The number of a segment.</param>
/// <param name="Offset">An offset in it; 0 stands for its first record.</param>
internal readonly record struct LogPosition(long Segment, long Offset) : IComparable<LogPosition>
{
    /// <summary>Where every log began.</summary>
    public static readonly LogPosition First = new(1, 0);

    /// <summary>Before every log: from here something is always missing.</summary>
    public static readonly LogPosition Lost = new(-1, 0);

    public int CompareTo(LogPosition other) => (Segment, Offset).CompareTo((other.Segment, other.Offset));

    /// <summary>How many bytes of a segment are behind it.</summary>
    public long BytesIn(LogSegment segment) =>
        segment.Number < Segment ? 0
        : segment.Number > Segment ? segment.Length
        : Math.Max(0, segment.Length - Offset);

    /// <summary>The same place, where it is the end of a segment: the beginning of the next one.</summary>
    public LogPosition Beyond(LogSegment segment) => Segment == segment.Number && Offset >= segment.Length ? new(Segment + 1, 0) : this;

    /// <summary>The later of two.</summary>
    public static LogPosition Max(LogPosition a, LogPosition b) => a.CompareTo(b) >= 0 ? a : b;
}
