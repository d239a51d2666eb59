namespace Timestone.Engine;

/// <summary>
/// One exclusivity value of an exclusive queue: locked while a message of it is running. It lives as long as it has a
/// message that is not terminal.
/// </summary>
internal sealed class Lane(string value, long id)
{
    private List<(FilterIndex Index, FilterGroup Group)>? _parked;

    public string Value { get; } = value;

    public long Id { get; } = id;

    /// <summary>Messages of the value that are not terminal.</summary>
    public int Members { get; set; }

    public bool Locked { get; private set; }

    public void Lock() => Locked = true;

    /// <summary>Unlocks, and gives every group that set the lane aside its head back.</summary>
    public void Unlock()
    {
        Locked = false;
        if (_parked is null)
            return;
        foreach (var (index, group) in _parked)
            index.Readmit(group, this);
        _parked.Clear();
    }

    /// <summary>Notes that a group has set the lane aside while it is locked.</summary>
    public void Park(FilterIndex index, FilterGroup group) => (_parked ??= []).Add((index, group));
}
