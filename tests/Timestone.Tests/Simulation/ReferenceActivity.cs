namespace Timestone.Tests.Simulation;

/// <summary>The dequeues of messages with a deadline, one by one: when they were, and how many milliseconds late.</summary>
internal sealed class ReferenceActivity
{
    private readonly List<(long At, long Lateness)> _dequeues = [];

    /// <summary>How many messages were removed because their retention was over.</summary>
    public long Retired { get; set; }

    /// <summary>How many messages were purged.</summary>
    public long Purged { get; set; }

    /// <summary>How many errored messages gave way to others.</summary>
    public long Bounded { get; set; }

    public void Add(long at, long lateness) => _dequeues.Add((at, lateness));

    /// <summary>How many there were after a time, all or the late ones.</summary>
    public long Since(long time, bool late) => _dequeues.Count(dequeue => dequeue.At > time && (!late || dequeue.Lateness > 0));

    /// <summary>The largest lateness after a time.</summary>
    public long Latest(long time) => _dequeues.Where(dequeue => dequeue.At > time).Select(dequeue => dequeue.Lateness).Append(0).Max();

    public ReferenceActivity Copy()
    {
        var copy = new ReferenceActivity { Retired = Retired, Purged = Purged, Bounded = Bounded };
        copy._dequeues.AddRange(_dequeues);
        return copy;
    }
}
