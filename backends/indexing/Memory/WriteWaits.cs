using Timestone.Engine;

namespace Timestone.Indexing.Memory;

/// <summary>Reads that wait until the index includes a write. Touched only under the index's lock.</summary>
internal sealed class WriteWaits
{
    private readonly Dictionary<(string Queue, string Id), List<(int Version, string? Life, TaskCompletionSource Included)>> _waits = [];

    /// <summary>Begins to wait for a write of one life, or with null of any.</summary>
    public TaskCompletionSource Add(IndexedWrite write, string? life)
    {
        if (!_waits.TryGetValue((write.Queue, write.Id), out var waits))
            _waits.Add((write.Queue, write.Id), waits = []);
        var included = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waits.Add((write.Version, life, included));
        return included;
    }

    /// <summary>Ends the waits that an entry ends.</summary>
    public void Include(OutboxEntry entry)
    {
        if (_waits.Count == 0 || !_waits.TryGetValue((entry.Queue, entry.Id), out var waits))
            return;
        waits.RemoveAll(wait =>
            wait.Version <= entry.Version && (wait.Life is null || wait.Life == entry.Life) && wait.Included.TrySetResult()
        );
        if (waits.Count == 0)
            _waits.Remove((entry.Queue, entry.Id));
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
