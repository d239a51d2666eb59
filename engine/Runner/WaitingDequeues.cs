namespace Timestone.Engine;

/// <summary>Dequeues that found nothing and wait, in the order in which they came.</summary>
internal sealed class WaitingDequeues
{
    private readonly LinkedList<DequeueCall> _calls = [];
    private readonly HashSet<Metadata> _emptyFilters = [];

    // How many wait with a request id.
    private readonly Dictionary<string, int> _requests = [];
    private readonly List<string> _leased = [];
    private long _seenReadiness = -1;

    /// <summary>When the first wait ends, or a little before, as a timestamp; the largest there is when nobody waits.</summary>
    public long NextTimeout { get; private set; } = long.MaxValue;

    public void Add(DequeueCall call)
    {
        _calls.AddLast(call);
        if (call.RequestId is { } request)
            _requests[request] = _requests.GetValueOrDefault(request) + 1;
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
                Remove(node);
            }
            else if (!_emptyFilters.Contains(call.Filter))
            {
                if (call.TryTake(engine))
                {
                    Remove(node);
                    answered.Add(call);
                    if (call.RequestId is { } request)
                        _leased.Add(request);
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
        _leased.ForEach(request => ServeRepeats(request, engine, answered));
        _leased.Clear();
    }

    /// <summary>Serves those that wait with the id of a request that has just leased messages: each answers the same ones.</summary>
    public void ServeRepeats(string request, QueueEngine engine, List<Request> answered)
    {
        if (!_requests.ContainsKey(request))
            return;
        for (var node = _calls.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.RequestId == request && !node.Value.Abandoned && node.Value.TryTake(engine))
            {
                Remove(node);
                answered.Add(node.Value);
            }

            node = next;
        }
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
                Remove(node);
            }
            else if (node.Value.WaitsUntil <= timestamp)
            {
                Remove(node);
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
        _requests.Clear();
        NextTimeout = long.MaxValue;
    }

    private void Remove(LinkedListNode<DequeueCall> node)
    {
        _calls.Remove(node);
        if (node.Value.RequestId is { } request && --_requests[request] == 0)
            _requests.Remove(request);
    }
}
