using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Timestone.Engine;

/// <summary>
/// Watches that wait, as none of their leases was lost. While somebody watches, a batch is looked through once, before it is committed;
/// while nobody does, that costs nothing.
/// </summary>
internal sealed class WatchedLeases
{
    private readonly HashSet<LeaseWatchCall> _calls = [];
    private readonly Dictionary<ulong, List<LeaseWatchCall>> _byToken = [];
    private readonly ConcurrentQueue<LeaseWatchCall> _ended = new();

    /// <summary>Whether somebody watches.</summary>
    public bool Any => _byToken.Count > 0;

    /// <summary>Adds a call that has just found nothing lost.</summary>
    public void Add(LeaseWatchCall call)
    {
        _calls.Add(call);
        foreach (var token in TokensOf(call))
        {
            if (!_byToken.TryGetValue(token, out var watches))
                _byToken.Add(token, watches = []);
            watches.Add(call);
        }
    }

    /// <summary>Takes out those that lost a lease in a batch, after which the engine stands as it does.</summary>
    public void TakeLosers(ChangeBatch batch, QueueEngine engine, List<Request> answered)
    {
        if (!Any)
            return;
        foreach (ref readonly var change in CollectionsMarshal.AsSpan(batch.Rows))
        {
            // A consumer that ends its lease has not lost it.
            if (
                change is { IsTransition: true, From: MessageState.Running, State.Lease.Token: var token }
                && change.State.Ended?.Token != token
                && _byToken.TryGetValue(token, out var watches)
            )
            {
                foreach (var call in watches.ToArray())
                    Take(call, engine, answered);
            }
        }
    }

    /// <summary>Notes that the wait of a call is over, or that its caller gave it up; on any thread.</summary>
    public void NoteEnded(LeaseWatchCall call) => _ended.Enqueue(call);

    /// <summary>Takes out those whose wait is over, and those given up.</summary>
    public void TakeEnded(QueueEngine engine, List<Request> answered)
    {
        while (_ended.TryDequeue(out var call))
            Take(call, engine, answered);
    }

    /// <summary>Takes all of them out, to be answered with nothing or refused.</summary>
    public void TakeAll(List<Request> taken)
    {
        foreach (var call in _calls.ToArray())
            Take(call, null, taken);
    }

    private void Take(LeaseWatchCall call, QueueEngine? engine, List<Request> taken)
    {
        if (!_calls.Remove(call))
            return;
        call.EndWait();
        foreach (var token in TokensOf(call))
        {
            if (_byToken.TryGetValue(token, out var watches) && watches.RemoveAll(other => other == call) > 0 && watches.Count == 0)
                _byToken.Remove(token);
        }

        if (call.Abandoned)
            return;
        if (engine is not null)
            call.Apply(engine);
        taken.Add(call);
    }

    // Those that are held, or were, are well formed.
    private static IEnumerable<ulong> TokensOf(LeaseWatchCall call) =>
        call.Leases.Select(static lease => LeaseToken.TryParse(lease.LeaseToken, out var token) ? token : 0);
}
