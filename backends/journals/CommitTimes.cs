namespace Timestone.Journals;

/// <summary>
/// When the places of an outbox were reached: tells how long ago the first commit was made behind a place. It notes one place in a while,
/// whatever the rate of commits, and tells rather too much than too little. For several threads.
/// </summary>
/// <typeparam name="TPlace">A place in the order of commits.</typeparam>
/// <param name="time">What it goes by.</param>
/// <param name="least">Before which place nobody asks any more; null for none.</param>
internal sealed class CommitTimes<TPlace>(TimeProvider time, Func<TPlace?> least)
    where TPlace : struct, IComparable<TPlace>
{
    /// <summary>
    /// Notes that are kept: when there are more, those go that nobody needs, else every other one, and new ones are twice as far apart.
    /// </summary>
    internal const int MostNotes = 512;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _sync = new();
    private readonly List<(TPlace End, long At)> _notes = [];
    private TimeSpan _pause = Pause;
    private long _notedAt;
    private bool _isNoted;

    /// <summary>Notes that a commit is made now behind a place. Cheap enough for each commit, by one thread at a time.</summary>
    public void Note(TPlace end)
    {
        var now = time.GetTimestamp();
        if (_isNoted && time.GetElapsedTime(_notedAt, now) < _pause)
            return;
        (_isNoted, _notedAt) = (true, now);
        // After a long outage what nobody needs any more goes at once, so that notes are close together again.
        var needed = _notes.Count == MostNotes || _pause > Pause ? least() : null;
        lock (_sync)
        {
            if (_notes.Count == MostNotes || needed is not null)
                Thin(needed);
            _notes.Add((end, now));
        }
    }

    private void Thin(TPlace? needed)
    {
        var unneeded = needed is { } place ? Math.Max(0, _notes.FindLastIndex(note => note.End.CompareTo(place) <= 0)) : 0;
        _notes.RemoveRange(0, unneeded);
        if (unneeded > 0 && _notes.Count <= MostNotes / 2)
            _pause = Pause;
        if (_notes.Count < MostNotes)
            return;
        var number = 0;
        _notes.RemoveAll(_ => number++ % 2 == 1);
        _pause *= 2;
    }

    /// <summary>
    /// How long ago the first commit behind a place was made, if there is one; null when that is not known, as it was made before this
    /// process began.
    /// </summary>
    public TimeSpan? Since(TPlace place)
    {
        lock (_sync)
        {
            var note = _notes.FindLast(note => note.End.CompareTo(place) <= 0);
            return note.At == 0 ? null : time.GetElapsedTime(note.At) is var since && since > TimeSpan.Zero ? since : TimeSpan.FromTicks(1);
        }
    }
}
