namespace Timestone.Tests.Simulation;

/// <summary>Everything that has happened to a queue since it was opened, one by one.</summary>
internal sealed class ReferenceActivity
{
    private readonly List<(long At, ReferenceEvent Event, long? Lateness)> _events = [];

    public void Add(long at, ReferenceEvent what, long? lateness = null) => _events.Add((at, what, lateness));

    /// <summary>How many there were after a time; late ones alone when asked.</summary>
    public long Since(long time, ReferenceEvent what, bool withDeadline = false, bool late = false) =>
        _events.Count(entry => entry.At > time && entry.Event == what && (!withDeadline || entry.Lateness is not null) && (!late || entry.Lateness > 0));

    /// <summary>The largest lateness after a time.</summary>
    public long Latest(long time) =>
        _events.Where(entry => entry.At > time).Select(entry => Math.Max(0, entry.Lateness ?? 0)).DefaultIfEmpty().Max();

    public ReferenceActivity Copy()
    {
        var copy = new ReferenceActivity();
        copy._events.AddRange(_events);
        return copy;
    }
}
