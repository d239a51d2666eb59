namespace Timestone.Journals.Files;

/// <summary>Walks over the records of a segment that is in memory.</summary>
internal ref struct SegmentScan(ReadOnlySpan<byte> segment, long number)
{
    private readonly ReadOnlySpan<byte> _segment = segment;

    /// <summary>Where the next record begins; at the end, where the last whole one ends.</summary>
    public int Position { get; private set; } = SegmentHeader.Size;

    /// <summary>The offset that the last record moved over says everything before was durable of when it was written.</summary>
    public long DurableBefore { get; private set; } = SegmentHeader.Size;

    /// <summary>The chain's checksum at <see cref="Position"/>. The header is taken for whole.</summary>
    public uint Checksum { get; private set; } = segment.Length < SegmentHeader.Size ? 0 : Chain.Begin(segment);

    /// <summary>Moves over the next record; false when none follows, and then <see cref="Tail"/> says what does.</summary>
    public bool Next(out ReadOnlySpan<byte> body)
    {
        if (!Frame.TryRead(_segment[Position..], number, out body, out var durableBefore))
            return false;
        DurableBefore = durableBefore;
        Checksum = Chain.Add(Checksum, _segment[Position..]);
        Position += Frame.Size + body.Length;
        return true;
    }

    /// <summary>What stands behind the last whole record.</summary>
    public readonly TailFinding Tail()
    {
        var rest = _segment[Position..];
        if (rest.IsEmpty)
            return TailFinding.End;
        if (!rest.ContainsAnyExcept((byte)0))
            return TailFinding.Zeros;

        // The pages of one write reach the disk in any order, so behind a record that a crash has torn there can be whole
        // ones: written together with it and, like it, never answered. A record that was written after a flush of the torn
        // one says so: what it calls durable then reaches beyond the tear, and the tear is damage.
        for (var at = NextPossible(Position + 1); at < _segment.Length; at = NextPossible(at))
        {
            if (!Frame.TryRead(_segment[at..], number, out var body, out var durableBefore))
                at++;
            else if (durableBefore > Position)
                return TailFinding.DurableAfter;
            else
                at += Frame.Size + body.Length;
        }

        return TailFinding.Torn;
    }

    // A record begins with its length, which is not zero: of its first four bytes one is not.
    private readonly int NextPossible(int from)
    {
        if (from >= _segment.Length)
            return _segment.Length;
        var distance = _segment[from..].IndexOfAnyExcept((byte)0);
        return distance < 0 ? _segment.Length : from + Math.Max(0, distance - (sizeof(uint) - 1));
    }
}
