using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>
/// The states that a queue may be found in when it is opened again: the latest one that is known to be durable, because
/// something was answered of it, and every one after it.
/// </summary>
internal sealed class History
{
    private readonly List<ReferenceQueue> _states;
    private long _first;

    public History(ReferenceQueue first) => _states = [first.Copy()];

    /// <summary>The number of the latest state.</summary>
    public long Last => _first + _states.Count - 1;

    /// <summary>The states, the earliest first.</summary>
    public IReadOnlyList<ReferenceQueue> States => _states;

    /// <summary>Adds how a queue stands now, if it has changed.</summary>
    public void Add(ReferenceQueue queue)
    {
        if (queue.Revision != _states[^1].Revision)
            _states.Add(queue.Copy());
    }

    /// <summary>Notes that a state is durable: those before it cannot come back.</summary>
    public void IsDurable(long number)
    {
        if (number <= _first)
            return;
        _states.RemoveRange(0, (int)(number - _first));
        _first = number;
    }
}
