using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// Keeps as much space set aside as it takes to end every message that was accepted and to compact, so that neither ever fails
/// for space, and says what there is room for beyond that.
/// </summary>
/// <remarks>
/// <para>
/// What is set aside: for each message and queue what <see cref="Tally"/> counts, and for compaction two segments. Compaction
/// writes what lives in the oldest segment again before it deletes that: hardly more than a segment, as the states' texts count
/// with the messages. What it has written again counts as its own, until the segment is deleted.
/// </para>
/// <para>
/// Records do not span segments, so the end of a segment can stay unused: of a segment of the default size or more three quarters
/// count, as no commit is larger than a quarter but for claimed space; of a smaller one half.
/// </para>
/// <para>
/// What is left above that is the margin. It is given away by claims (<see cref="TryClaim"/>) as long as it does not fall below a
/// floor, in quarters of a segment: two for what can give way, one for leases, none for extensions. A claim holds until its
/// batch is written and counts twice: a record leaves less than its own length unused at the end of the segment that it does
/// not fit into. Up to four quarters are set aside ahead of need. Nothing else may be written: so messages that need more room
/// while they run never take it from those that have to end.
/// </para>
/// </remarks>
internal sealed class Reserve(Spares spares, int segmentBytes, Action<string, Exception?>? notify)
{
    // From here on spares go back to the file system, after a long queue was worked off.
    private const int ExcessQuarters = 16;
    private const int DefaultSegmentBytes = 64 * 1024 * 1024;

    private readonly Lock _sync = new();
    private readonly long _quarter = segmentBytes / 4;
    private readonly int _countingQuarters = segmentBytes < DefaultSegmentBytes ? 2 : 3;
    private Tally _total;
    private long _claimed;
    private long _remaining;
    private bool _full;
    private bool _isForbidden;
    private bool _hasBegun;
    private bool _refused;
    private bool _refusedLease;
    private volatile JournalRoom _room;

    /// <summary>What there is room for.</summary>
    public JournalRoom Room => _room;

    /// <summary>Whether no more space could be had when it was last asked for.</summary>
    public bool Full
    {
        get
        {
            lock (_sync)
                return _full;
        }
    }

    /// <summary>
    /// What keeps it from setting aside, as sentences for people, where there is not room for everything and that is not for want of space;
    /// else null.
    /// </summary>
    public string? Trouble
    {
        get
        {
            lock (_sync)
            {
                return _room == JournalRoom.Ample || !_isForbidden ? null
                    : "No files can be made in the data directory, and the log says why: when what was set aside is used up, new messages and queues, settings, redrives and progress are refused, then leases.";
            }
        }
    }

    /// <summary>What all messages count for.</summary>
    public Tally Total
    {
        get
        {
            lock (_sync)
                return _total;
        }
    }

    /// <summary>Bytes that are set aside and not written yet, and how many must be.</summary>
    public (long Reserved, long Needed) Bytes
    {
        get
        {
            lock (_sync)
                return (_remaining + spares.Bytes, Need / _countingQuarters * 4);
        }
    }

    /// <summary>Whether <see cref="Replenish"/> has something to do.</summary>
    public bool WantsMore
    {
        get
        {
            lock (_sync)
                return Margin < 4 * _quarter;
        }
    }

    private long Need => _total.Need + Math.Max(0, (2L * segmentBytes) - _total.Rewritten);

    private long Margin => ((_remaining + spares.Bytes) / 4 * _countingQuarters) - Need - (_claimed * _countingQuarters / 2);

    /// <summary>
    /// Takes into account what a group has changed, before it is answered. Space that should have been set aside by now is
    /// set aside here, so that nothing accepted ever lacks its reserve.
    /// </summary>
    public void Update(Tally difference, long remaining)
    {
        lock (_sync)
        {
            _total += difference;
            _remaining = remaining;
            if (!_full)
                SetAside(2);
            Judge();
        }
    }

    /// <summary>
    /// Claims space for what is about to be written and what it will count for, until <see cref="Release"/>; false when there is none.
    /// </summary>
    public bool TryClaim(RoomUse use, long bytes)
    {
        lock (_sync)
        {
            _claimed += bytes;
            if (!_full)
                SetAside(2);
            var floor = use switch
            {
                RoomUse.Extension => 0,
                RoomUse.Lease => _quarter,
                _ => 2 * _quarter,
            };
            var granted = Margin >= floor;
            if (!granted)
            {
                _claimed -= bytes;
                _refused = true;
                _refusedLease |= use == RoomUse.Lease;
            }

            Judge();
            return granted;
        }
    }

    /// <summary>Gives back what was claimed: it was written, and counts as that, or it will not be.</summary>
    public void Release(long bytes)
    {
        if (bytes == 0)
            return;
        lock (_sync)
        {
            _claimed -= bytes;
            Judge();
        }
    }

    /// <summary>Notes that a compaction has ended: what it wrote again is part of the log like the rest.</summary>
    public void Compacted()
    {
        lock (_sync)
        {
            _total = _total with { Rewritten = 0 };
            Judge();
        }
    }

    /// <summary>Sets aside ahead of need, tries again where there was no room before, and gives back what is far too much.</summary>
    public void Replenish()
    {
        lock (_sync)
        {
            SetAside(4);
            _refusedLease = false;
            // What was refused before a restart is said to be from the start on, until there clearly is room again.
            _refused |= !_hasBegun && _full;
            _hasBegun = true;
            while (spares.Count > 1 && Margin > ExcessQuarters * _quarter)
                spares.Remove();
            Judge();
        }
    }

    private void SetAside(int quarters)
    {
        IOException? obstacle = null;
        while (obstacle is null && Margin < quarters * _quarter)
            obstacle = spares.TryAdd();
        if (obstacle is null != !_full)
            Tell(obstacle);
        _full = obstacle is not null;
    }

    private void Tell(IOException? obstacle)
    {
        if (obstacle is not null)
            _isForbidden = !Posix.IsWantOfSpace(obstacle);
        notify?.Invoke(
            (obstacle is null, _isForbidden) switch
            {
                (false, false) => $"There is no space left on the disk to set aside for the journal. {obstacle!.Message}",
                (true, false) => "There is space on the disk for the journal again.",
                (false, true) =>
                    "No files can be made in the data directory, so no more space can be set aside for the journal. The directory must be writable for the server, on a disk that works.",
                (true, true) => "Files can be made in the data directory again.",
            },
            _isForbidden ? obstacle : null);
    }

    // A claim can be refused before the margin is at its floor, and then there is not room for everything. It is said until there
    // clearly is again; of leases, which it would keep from being tried, until the next housekeeping.
    private void Judge()
    {
        var margin = Margin;
        _refused &= _full && margin < 3 * _quarter;
        _room = !_full || (margin >= 2 * _quarter && !_refused) ? JournalRoom.Ample
            : margin >= _quarter && !_refusedLease ? JournalRoom.WorkOnly
            : JournalRoom.SettleOnly;
    }
}
