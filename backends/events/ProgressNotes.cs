namespace Timestone.Events;

/// <summary>
/// Remembers how far each partition of a log reached when, to tell up to when all events are in the index. Used by one caller at a time.
/// </summary>
/// <remarks>
/// <para>The times of events do not tell: queues have their own, an outage of Kafka brings old ones behind new ones, and another partition
/// may be far behind. So each note is a cut:</para>
/// <list type="number">
/// <item>First it is asked since when everything committed has left the outboxes: all that was committed before that time is in the
/// log.</item>
/// <item>Then the ends of all partitions are read: all of it is before these.</item>
/// <item>As soon as the index has all partitions up to these ends, it has all that was committed before that time.</item>
/// </list>
/// </remarks>
internal sealed class ProgressNotes
{
    /// <summary>
    /// Notes that are kept: when there are more, every other one goes, and new ones are as far apart as those that are left.
    /// </summary>
    internal const int MostNotes = 512;

    private readonly List<(long Until, long[] Ends)> _notes = [];
    private long[] _ends = [];
    private long _gap;

    /// <summary>
    /// Whether what was in the log before may be gone without being in the index: a topic is another one than it was, or has let go of it.
    /// </summary>
    public bool HasLost { get; private set; }

    /// <summary>Notes a cut.</summary>
    /// <param name="until">All that was committed before is in the log: a timestamp. Null when that is not known.</param>
    /// <param name="positions">What was read after that was known.</param>
    /// <returns>All that was committed before is in the index: a timestamp. Null when that is not known.</returns>
    public long? Note(long? until, EventPositions positions)
    {
        long[] ends = [.. positions.Partitions.Select(static partition => partition.End)];
        long[] done = [.. positions.Partitions.Select(static partition => partition.Done)];

        // A topic that is another one, or has more partitions: what was noted is not of these.
        var isAnother =
            (positions.IsAnother && !HasLost) || (ends.Length == _ends.Length && IsAny(ends, _ends, static (now, before) => now < before));
        HasLost |= isAnother || positions.HasLetGo;
        if (ends.Length != _ends.Length || isAnother)
            _notes.Clear();
        _ends = ends;
        if (until is { } time && (_notes.Count == 0 || time - _notes[^1].Until > Math.Max(_gap - 1, 0)))
            Add(time, ends);
        if (IsAny(done, ends, static (done, end) => done > end))
            return null;
        var reached = _notes.FindLastIndex(note => !IsAny(done, note.Ends, static (done, end) => done < end));
        if (reached < 0)
            return null;
        _notes.RemoveRange(0, reached);
        if (_notes.Count == 1)
            _gap = 0;
        return _notes[0].Until;
    }

    private static bool IsAny(long[] these, long[] those, Func<long, long, bool> isSo) =>
        these.Zip(those).Any(pair => isSo(pair.First, pair.Second));

    private void Add(long until, long[] ends)
    {
        if (_notes.Count == MostNotes)
        {
            var place = 0;
            _notes.RemoveAll(_ => place++ % 2 == 1);
            _gap = Math.Max(2 * _gap, (_notes[^1].Until - _notes[0].Until) / _notes.Count);
        }

        _notes.Add((until, ends));
    }
}
