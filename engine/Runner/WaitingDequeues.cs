namespace Timestone.Engine;

/// <summary>Dequeues that found nothing and wait, in the order in which they came.</summary>
internal sealed class WaitingDequeues
{
    private readonly LinkedList<DequeueCall> _calls = [];
    private readonly HashSet<Metadata> _emptyFilters = [];
    private long _seenReadiness = -1;

    /// <summary>When the first wait ends, or a little before, as a timestamp; the largest there is when nobody waits.</summary>
    public long NextTimeout { get; private set; } = long.MaxValue;

    public void Add(DequeueCall call)
    {
        _calls.AddLast(call);
        NextTimeout = Math.Min(NextTimeout, call.WaitsUntil);
    }

    /// <summary>Serves those that can be served now, in order; a filter that one of them found empty is empty for those behind it.</summary>
    public void Serve(QueueEngine engine, List<Request> answered)
    {
        if (_calls.Count == 0 || engine.Readiness == _seenReadiness)
            return;
        _emptyFilters.Clear();
        for (var node = _calls.First; node is not null;)
        {
            var next = node.Next;
            var call = node.Value;
            if (call.Abandoned)
            {
                _calls.Remove(node);
            }
            else if (!_emptyFilters.Contains(call.Filter))
            {
                if (call.TryTake(engine))
                {
                    _calls.Remove(node);
                    answered.Add(call);
                }
                else if (call.Filter.Count == 0)
                {
                    break;
                }
                else
                {
                    _emptyFilters.Add(call.Filter);
                }
            }

            node = next;
        }

        _seenReadiness = engine.Readiness;
    }

    /// <summary>Takes out those whose wait is over, which are answered with nothing, and those given up.</summary>
    public void TakeExpired(long timestamp, List<Request> answered)
    {
        NextTimeout = long.MaxValue;
        for (var node = _calls.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Abandoned)
            {
                _calls.Remove(node);
            }
            else if (node.Value.WaitsUntil <= timestamp)
            {
                _calls.Remove(node);
                answered.Add(node.Value);
            }
            else
            {
                NextTimeout = Math.Min(NextTimeout, node.Value.WaitsUntil);
            }

            node = next;
        }
    }

    /// <summary>Takes all of them out.</summary>
    public void TakeAll(List<Request> taken)
    {
        taken.AddRange(_calls);
        _calls.Clear();
        NextTimeout = long.MaxValue;
    }
}
