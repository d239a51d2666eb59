using Timestone.Engine;

namespace Timestone.Backends.Files;

/// <summary>
/// Keeps as much space set aside as it takes to end every message that was accepted, so that settling never fails for space,
/// and says what there is room for.
/// </summary>
/// <remarks>
/// What is set aside, for
/// <list type="bullet">
/// <item>each message: 32 bytes, for the record of its removal (about 8) and its share of the frame around it;</item>
/// <item>each message that has not ended: 96 bytes more, for one transition by the clock or a cancel (about 60);</item>
/// <item>each running message: 8 KiB more, for the state that ends its lease: a result (at most 4 KiB) or an error (at most
/// 6 KiB of UTF-8), worker and request (at most 512 bytes) and ended leases (at most 144). An old error and a last progress
/// stand in a state too; where all running messages end with everything at its largest they draw on each other's share, as
/// few results are that large;</item>
/// <item>where commits are told in full, each of these three what telling it takes beyond (<see cref="ToldFormat.MostBytes(string, Timestone.Engine.MessageRow)"/>);</item>
/// <item>compaction: one segment, as it writes the live part of a segment again before it deletes it.</item>
/// </list>
/// Records do not span segments, so the end of a segment can stay unused: only three quarters of what is set aside count.
/// Above this stand margins, in quarters of a segment, for the batches that are under way when the room runs out: below two
/// and no more to be had, no message is accepted; below one, none is leased either. Up to four is set aside ahead of need.
/// Batches of new messages can be larger than any margin, so each message claims what it takes before it is accepted
/// (<see cref="TryClaim"/>), and holds that until its batch is written. It counts twice (three halves of the three quarters
/// that count): a record leaves less than its own length unused at the end of the segment that it does not fit into.
/// </remarks>
internal sealed class Reserve(Spares spares, int segmentBytes, Action<string, Exception?>? notify)
{
    private const long PerMessage = 32, PerLive = 96, PerRunning = 8 * 1024;

    // From here on spares go back to the file system, after a long queue was worked off.
    private const int ExcessQuarters = 16;

    private readonly Lock _sync = new();
    private readonly long _quarter = segmentBytes / 4;
    private Tally _total;
    private long _claimed;
    private long _remaining;
    private bool _full;
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

    /// <summary>What all messages count for.</summary>
    public Tally Total
    {
        get
        {
            lock (_sync)
                return _total;
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

    private long Margin =>
        ((_remaining + spares.Bytes) / 4 * 3) - segmentBytes - (_claimed / 2 * 3)
        - (PerMessage * _total.Stored) - (PerLive * _total.Live) - (PerRunning * _total.Running) - _total.Told;

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

    /// <summary>Claims space for a new message, until <see cref="Release"/>; false when there is none.</summary>
    public bool TryClaim(long bytes)
    {
        lock (_sync)
        {
            _claimed += bytes;
            if (!_full)
                SetAside(2);
            var granted = Margin >= _quarter;
            if (!granted)
                _claimed -= bytes;
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

    /// <summary>Sets aside ahead of need, tries again where there was no room before, and gives back what is far too much.</summary>
    public void Replenish()
    {
        lock (_sync)
        {
            SetAside(4);
            while (spares.Count > 1 && Margin > ExcessQuarters * _quarter)
                spares.Remove();
            Judge();
        }
    }

    private void SetAside(int quarters)
    {
        var full = false;
        while (!full && Margin < quarters * _quarter)
            full = !spares.TryAdd();
        if (full != _full)
            notify?.Invoke(full ? "There is no space left on the disk to set aside for the journal." : "There is space on the disk for the journal again.", null);
        _full = full;
    }

    private void Judge() => _room = !_full || Margin >= 2 * _quarter ? JournalRoom.Ample
        : Margin >= _quarter ? JournalRoom.NoEnqueue
        : JournalRoom.SettleOnly;
}
