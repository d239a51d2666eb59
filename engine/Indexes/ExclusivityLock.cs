namespace Timestone.Engine;

/// <summary>
/// The lock of one exclusivity value of an exclusive queue: held while a message of the value is running. It lives as long as the value has
/// a message that is not terminal.
/// </summary>
internal sealed class ExclusivityLock(string value, long id)
{
    private List<(FilterIndex Index, FilterGroup Group)>? _parked;
    private HashSet<Metadata>? _awaited;

    public string Value { get; } = value;

    public long Id { get; } = id;

    /// <summary>Messages of the value that are not terminal.</summary>
    public int Members { get; set; }

    public bool IsHeld { get; private set; }

    /// <summary>A message of the value is running now.</summary>
    public void Take() => IsHeld = true;

    /// <summary>
    /// None is any more: gives every group that set the value aside its head back. Tells which filters may match messages of the
    /// value, which can be dequeued now, if somebody listens.
    /// </summary>
    public void Release(List<Ready>? ready)
    {
        IsHeld = false;
        if (_parked is { Count: > 0 })
            Readmit(_parked, ready);
        if (_awaited is null)
            return;
        foreach (var filter in _awaited)
            ready?.Add(new Ready(filter, null, this));
        _awaited = null;
    }

    /// <summary>Notes that a group has set the value aside while it is locked.</summary>
    public void Park(FilterIndex index, FilterGroup group) => (_parked ??= []).Add((index, group));

    /// <summary>Notes that who waits for a filter may be served when the value is unlocked.</summary>
    public void Await(Metadata filter) => (_awaited ??= []).Add(filter);

    private void Readmit(List<(FilterIndex Index, FilterGroup Group)> parked, List<Ready>? ready)
    {
        foreach (var (index, group) in parked)
        {
            index.Readmit(group, this);
            ready?.Add(new Ready(group.Sample, null, this));
        }

        parked.Clear();
    }
}
