namespace Timestone.Engine;

/// <summary>The dequeues that wait on filters of one set of keys: one look-up finds those that a message fits.</summary>
internal sealed class KeySetWaits(KeySet keys)
{
    private readonly Dictionary<Metadata, WaitGroup> _groups = new(keys);

    public bool IsEmpty => _groups.Count == 0;

    /// <summary>The group of a filter, made if it is not there.</summary>
    public WaitGroup GroupOf(Metadata filter)
    {
        if (!_groups.TryGetValue(filter, out var group))
            _groups.Add(filter, group = new WaitGroup(filter));
        return group;
    }

    public void Remove(WaitGroup group) => _groups.Remove(group.Filter);

    /// <summary>The group whose filter matches metadata; null when nobody waits for that.</summary>
    public WaitGroup? Find(Metadata metadata) => keys.IsIn(metadata) && _groups.TryGetValue(metadata, out var group) ? group : null;
}
