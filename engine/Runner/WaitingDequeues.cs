using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Timestone.Engine;

/// <summary>
/// Dequeues that found nothing and wait. They are served in the order in which they came, each of the best message for it.
/// </summary>
/// <remarks>
/// Nothing that matches a waiting filter is dequeueable: so only what becomes dequeueable concerns them. The engine gathers
/// that while somebody waits. Each set of keys that is waited on costs a message one look-up, however many wait and for whatever values;
/// then only those that it fits are tried.
/// </remarks>
internal sealed class WaitingDequeues
{
    // What became dequeueable all at once is told by so many messages at a time.
    private const int ToldAtOnce = 1000;

    private readonly Dictionary<Metadata, KeySetWaits> _keySets = new(KeySet.KeysComparer.Instance);
    private readonly RankedSet<Rank, DequeueCall> _byEnd = new();
    private readonly Dictionary<string, List<DequeueCall>> _byRequest = [];
    private readonly ConcurrentQueue<DequeueCall> _abandoned = new();
    private readonly List<Ready> _ready = [];
    private readonly List<string> _leased = [];

    // The groups that have candidates, by the arrival of their first call when they were put here.
    private readonly PriorityQueue<WaitGroup, long> _concerned = new();
    private QueueEngine? _engine;
    private long _arrivals;

    /// <summary>When the first wait ends, as a timestamp; the largest there is when nobody waits.</summary>
    public long NextTimeout => _byEnd.TryGetFirst(out var end, out _) ? end.Key : long.MaxValue;

    /// <summary>Adds a call that has just found nothing.</summary>
    public void Add(DequeueCall call, QueueEngine engine)
    {
        if (!_keySets.TryGetValue(call.Filter, out var keySet))
            _keySets.Add(call.Filter, keySet = new KeySetWaits(new KeySet(call.Filter)));
        call.Arrival = ++_arrivals;
        call.Group = keySet.GroupOf(call.Filter);
        call.Place = call.Group.Calls.AddLast(call);
        _byEnd.Add(EndOf(call), call);
        if (call.RequestId is { } request)
        {
            if (!_byRequest.TryGetValue(request, out var calls))
                _byRequest.Add(request, calls = []);
            calls.Add(call);
        }

        if (_engine is null)
            (_engine = engine).Gather(_ready);
    }

    /// <summary>Serves those that can be served now. What one of them takes, those that came later do not get.</summary>
    /// <returns>Whether that is all; else more can be served at once.</returns>
    public bool Serve(QueueEngine engine, List<Request> answered)
    {
        if (engine.HasUnblocked)
            engine.TellUnblocked(ToldAtOnce);
        if (_ready.Count == 0)
            return !engine.HasUnblocked;
        FindConcerned(engine);
        while (_concerned.TryDequeue(out var group, out var arrival))
        {
            if (group.Calls.First?.Value is not { } call)
                group.Candidates.Clear();
            else if (call.Arrival != arrival)
                _concerned.Enqueue(group, call.Arrival);
            else
                Serve(call, group, engine, answered);
        }

        _leased.ForEach(request => ServeRepeats(request, engine, answered));
        _leased.Clear();
        return !engine.HasUnblocked;
    }

    /// <summary>Serves those that wait with the id of a request that has just leased messages: each answers the same ones.</summary>
    public void ServeRepeats(string request, QueueEngine engine, List<Request> answered)
    {
        if (!_byRequest.TryGetValue(request, out var calls))
            return;
        foreach (var call in calls.ToArray())
        {
            if (!call.Abandoned && call.TryTake(engine) != true)
                continue;
            Remove(call);
            if (!call.Abandoned)
                answered.Add(call);
        }
    }

    /// <summary>Notes that a caller may have abandoned its wait; on any thread.</summary>
    public void NoteAbandoned(DequeueCall call) => _abandoned.Enqueue(call);

    /// <summary>Takes out those whose wait is over, which are answered with nothing, and those abandoned.</summary>
    public void TakeEnded(long timestamp, List<Request> answered)
    {
        while (_abandoned.TryDequeue(out var call))
        {
            if (call.Group is not null && call.Abandoned)
                Remove(call);
        }

        while (_byEnd.TryGetFirst(out var end, out var call) && end.Key <= timestamp)
        {
            Remove(call);
            if (!call.Abandoned)
                answered.Add(call);
        }
    }

    /// <summary>Takes all of them out.</summary>
    public void TakeAll(List<Request> taken) => TakeEnded(long.MaxValue, taken);

    private static Rank EndOf(DequeueCall call) => new(call.WaitsUntil, call.Arrival);

    private void FindConcerned(QueueEngine engine)
    {
        foreach (ref readonly var ready in CollectionsMarshal.AsSpan(_ready))
        {
            foreach (var keySet in _keySets.Values)
            {
                if (
                    keySet.Find(ready.Metadata) is not { Calls.Count: > 0 } group
                    || engine.Candidate(ready, group.Filter) is not { } candidate
                )
                    continue;
                if (group.Candidates.Count == 0)
                    _concerned.Enqueue(group, group.Calls.First!.Value.Arrival);
                group.Candidates.Add(candidate);
            }
        }

        _ready.Clear();
        foreach (var (group, _) in _concerned.UnorderedItems)
            group.SortCandidates();
    }

    private void Serve(DequeueCall call, WaitGroup group, QueueEngine engine, List<Request> answered)
    {
        if (call.Abandoned)
        {
            Remove(call);
        }
        else if (call.TryTake(engine, group.Candidates))
        {
            Remove(call);
            answered.Add(call);
            if (call.RequestId is { } request)
                _leased.Add(request);
        }

        if (group.Candidates.Count > 0)
            _concerned.Enqueue(group, group.Calls.First?.Value.Arrival ?? 0);
    }

    private void Remove(DequeueCall call)
    {
        var group = call.Group!;
        group.Calls.Remove(call.Place!);
        (call.Group, call.Place) = (null, null);
        _byEnd.Remove(EndOf(call));
        if (call.RequestId is { } request && _byRequest[request] is var calls)
        {
            calls.Remove(call);
            if (calls.Count == 0)
                _byRequest.Remove(request);
        }

        // Who waits without a filter comes back all the time, and the group with it.
        if (group is { Calls.Count: 0, Filter.Count: > 0 })
        {
            var keySet = _keySets[group.Filter];
            keySet.Remove(group);
            if (keySet.IsEmpty)
                _keySets.Remove(group.Filter);
        }

        if (_byEnd.Count > 0)
            return;
        _ready.Clear();
        _engine!.Gather(null);
        _engine = null;
    }
}
