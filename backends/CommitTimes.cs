namespace Timestone.Backends;

/// <summary>
/// When the places of an outbox were reached: tells how long ago the first commit was made behind a place. It notes one place in a while, whatever the rate of
/// commits, and tells rather too much than too little. For several threads.
/// </summary>
/// <typeparam name="TPlace">A place in the order of commits.</typeparam>
internal sealed class CommitTimes<TPlace>(TimeProvider time)
    where TPlace : struct, IComparable<TPlace>
{
    /// <summary>Notes that are kept: when there are more, every other one goes, so that old ones are the sparser the older they are.</summary>
    internal const int MostNotes = 512;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _sync = new();
    private readonly List<(TPlace End, long At)> _notes = [];
    private long _notedAt;
    private bool _isNoted;

    /// <summary>Notes that a commit is made now behind a place. Cheap enough for each commit, by one thread at a time.</summary>
    public void Note(TPlace end)
    {
        var now = time.GetTimestamp();
        if (_isNoted && time.GetElapsedTime(_notedAt, now) < Pause)
            return;
        (_isNoted, _notedAt) = (true, now);
        lock (_sync)
        {
            if (_notes.Count == MostNotes)
            {
                var place = 0;
                _notes.RemoveAll(_ => place++ % 2 == 1);
            }

            _notes.Add((end, now));
        }
    }

    /// <summary>How long ago the first commit behind a place was made, if there is one; null when that is not known, as it was made before this process began.</summary>
    public TimeSpan? Since(TPlace place)
    {
        lock (_sync)
        {
            var note = _notes.FindLast(note => note.End.CompareTo(place) <= 0);
            return note.At == 0 ? null : time.GetElapsedTime(note.At) is var since && since > TimeSpan.Zero ? since : TimeSpan.FromTicks(1);
        }
    }
}
