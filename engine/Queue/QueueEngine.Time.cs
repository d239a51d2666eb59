namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    // An extension is no transition: the message does not show when it was. What may be lost of it is so small a part of it.
    private const long UnseenPart = 100;

    private long _wall;
    private long _store;
    private BootTime? _boot;

    /// <summary>
    /// The latest time seen, in Unix milliseconds: at first the latest that the rows show; <see cref="long.MinValue"/> for none.
    /// </summary>
    public long LatestTime => _now;

    // Whoever opens the queue goes on from the wall clock, which is the store's for all that is known, and what is noted, in this boot of
    // the machine or in another. Where that would lead elsewhere, as the wall clock has jumped while the queue was open, it is noted anew:
    // once a jump, as all go on alike.
    private void NoteJump()
    {
        var wall = Math.Min(_wall, _store);
        if (LeadsElsewhere(wall, _queue.Seen?.At(_store)) || LeadsElsewhere(wall, _queue.Seen?.At(_store, _boot)))
            Note();
    }

    private bool LeadsElsewhere(long wall, long? noted) => Math.Abs(_now - Math.Max(wall, noted ?? long.MinValue)) > SeenTime.MostUnseenMs;

    // The wall clock may be found to have been ahead before anything else shows the time of an extension, and the lease would last as long
    // as that.
    private void NoteExtension(MessageRow row, long lengthMs)
    {
        if (_now - Math.Max(row.State.UpdatedAt, _queue.Seen?.Time ?? long.MinValue) > lengthMs / UnseenPart)
            Note();
    }

    private void Note()
    {
        if (HasRoom(RoomUse.Extra, QueueRow.MaxBytes))
            _changes.Queue = _queue = _queue with { Seen = new SeenTime(_now, _store, _boot) };
    }
}
