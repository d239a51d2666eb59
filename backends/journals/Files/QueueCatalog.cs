namespace Timestone.Journals.Files;

/// <summary>The queues by name and by number.</summary>
internal sealed class QueueCatalog
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, QueueState> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, QueueState> _byNumber = [];
    private readonly bool _tells;
    private uint _lastNumber;

    /// <param name="recovered">What recovery found, the deleted ones too.</param>
    /// <param name="tells">Whether commits are told in full.</param>
    public QueueCatalog(IEnumerable<RecoveredQueue> recovered, bool tells)
    {
        _tells = tells;
        foreach (var queue in recovered)
        {
            _lastNumber = Math.Max(_lastNumber, queue.Number);
            if (queue.Deleted)
                continue;
            var state = QueueState.Of(queue, tells);
            _byName.Add(state.Name, state);
            _byNumber.Add(state.Number, state);
        }
    }

    /// <summary>The names of the queues that exist, ordered.</summary>
    public IReadOnlyList<string> Names => [.. Existing.Select(static queue => queue.Name).Order(StringComparer.Ordinal)];

    /// <summary>The queues that exist.</summary>
    public IReadOnlyList<QueueState> Existing
    {
        get
        {
            lock (_sync)
                return [.. _byName.Values.Where(static queue => queue.Row is not null)];
        }
    }

    /// <summary>A queue by its number; null when it is not there any more.</summary>
    public QueueState? Find(uint number)
    {
        lock (_sync)
            return _byNumber.GetValueOrDefault(number) is { Deleted: false } queue ? queue : null;
    }

    /// <summary>A queue by its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="add">Whether to make it, not created yet, where there is none.</param>
    public QueueState? Find(string name, bool add)
    {
        lock (_sync)
        {
            if (_byName.GetValueOrDefault(name) is { Deleted: false } queue)
                return queue;
            if (_byName.Remove(name, out var deleted))
                _byNumber.Remove(deleted.Number);
            if (!add)
                return null;
            queue = new QueueState(++_lastNumber, name, _tells);
            _byName.Add(name, queue);
            _byNumber.Add(queue.Number, queue);
            return queue;
        }
    }
}
