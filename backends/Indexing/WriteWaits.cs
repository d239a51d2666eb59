namespace Timestone.Backends.Indexing;

/// <summary>Reads that wait until the index includes a write. Touched only under the index's lock.</summary>
internal sealed class WriteWaits
{
    private readonly Dictionary<(string Queue, string Id), List<(int Version, TaskCompletionSource Included)>> _waits = [];

    /// <summary>Begins to wait.</summary>
    public TaskCompletionSource Add(IndexedWrite write)
    {
        if (!_waits.TryGetValue((write.Queue, write.Id), out var waits))
            _waits.Add((write.Queue, write.Id), waits = []);
        var included = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waits.Add((write.Version, included));
        return included;
    }

    /// <summary>Ends the waits that a version of a message ends.</summary>
    public void Include(string queue, string id, int version)
    {
        if (_waits.Count == 0 || !_waits.TryGetValue((queue, id), out var waits))
            return;
        waits.RemoveAll(wait => wait.Version <= version && wait.Included.TrySetResult());
        if (waits.Count == 0)
            _waits.Remove((queue, id));
    }

    /// <summary>Gives a wait up.</summary>
    public void Remove(IndexedWrite write, TaskCompletionSource included)
    {
        if (!_waits.TryGetValue((write.Queue, write.Id), out var waits))
            return;
        waits.RemoveAll(wait => wait.Included == included);
        if (waits.Count == 0)
            _waits.Remove((write.Queue, write.Id));
    }
}
