using Shouldly;
using Timestone.Tests.Linearizability;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Faults;

/// <summary>What callers were promised, message by message, held against what they were told later and what is stored in the end.</summary>
internal sealed class Audit
{
    private readonly HashSet<string> _enqueued;
    private readonly Dictionary<string, (string Token, long End)> _completed = [];
    private readonly IReadOnlyList<RecordedCall> _calls;

    public Audit(RecordedHistory history)
    {
        _calls = history.Calls;
        _enqueued = [.. from call in _calls
                        where call.Command is EnqueueCommand && call.Answer is IReadOnlyList<MessageResult>
                        from result in (IReadOnlyList<MessageResult>)call.Answer!
                        where result.Error is null
                        select result.Id!];
    }

    /// <summary>Checks everything against what is stored when nothing is left to do.</summary>
    /// <param name="stored">Every message of the queue, by id.</param>
    public void Check(IReadOnlyDictionary<string, Message> stored)
    {
        foreach (var call in _calls)
            Completions(call);
        foreach (var call in _calls)
            NothingCompletedWasHandedOut(call);

        _enqueued.Where(id => !stored.ContainsKey(id)).ShouldBeEmpty("Enqueues that were acknowledged.");
        stored
            .Values.Where(static message => message.State is MessageState.Invisible or MessageState.Pending or MessageState.Running)
            .ShouldBeEmpty("What was drained.");
        _completed.Keys.Where(id => stored[id].State != MessageState.Completed).ShouldBeEmpty("Completions that were acknowledged.");
    }

    /// <summary>How many messages were acknowledged.</summary>
    public int Enqueued => _enqueued.Count;

    /// <summary>How many of them were completed.</summary>
    public int Completed => _completed.Count;

    /// <summary>In figures.</summary>
    public override string ToString() => $"{Enqueued} messages acknowledged, {Completed} of them completed";

    private void Completions(RecordedCall call)
    {
        var (items, results) = (call.Command, call.Answer) switch
        {
            (SettleCommand settle, IReadOnlyList<MessageResult> answers) => (settle.Items, answers),
            (DequeueCommand dequeue, DequeueResult { Settled: { } settled }) => (dequeue.Request.Settle, settled),
            _ => ([], []),
        };
        foreach (var (item, result) in items.Zip(results))
        {
            if (item.Action != SettlementAction.Complete || result.Error is not null)
                continue;
            if (!_completed.TryGetValue(item.Id, out var first))
                _completed.Add(item.Id, (item.LeaseToken, call.End));
            else if (first.Token != item.LeaseToken)
                throw new ShouldAssertException($"'{item.Id}' was completed under {first.Token} and under {item.LeaseToken}.");
            else
                _completed[item.Id] = first with { End = Math.Min(first.End, call.End) };
        }
    }

    private void NothingCompletedWasHandedOut(RecordedCall call)
    {
        if (call.Answer is not DequeueResult { Messages: var messages })
            return;
        foreach (var message in messages)
            (_completed.TryGetValue(message.Id, out var completion) && completion.End < call.Start).ShouldBeFalse(
                $"'{message.Id}' was handed out after its completion: {call}"
            );
    }
}
