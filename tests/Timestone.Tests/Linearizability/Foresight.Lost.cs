using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>What calls of unknown outcome may have done.</summary>
internal sealed partial class Foresight
{
    private readonly Dictionary<string, List<Lost>> _lost = [];
    private readonly List<(DequeueRequest Request, long Start, long StartMs)> _lostDequeues = [];
    private readonly List<(NewMessage Message, long Start)> _lostEnqueues = [];
    private int _lastLost;

    /// <summary>What may have happened to a message besides what is known, of calls that had begun.</summary>
    public IEnumerable<Lost> LostOf(string id, long until) =>
        _lost.TryGetValue(id, out var lost) ? lost.Where(one => one.Call.Start <= until) : [];

    /// <summary>Whether anything of unknown outcome names the message.</summary>
    public bool MayBeLost(string id) => _lost.ContainsKey(id);

    /// <summary>Whether an extension of unknown outcome reported such progress.</summary>
    public bool MayHaveReported(string id, Payload progress) =>
        _lost.TryGetValue(id, out var lost) && lost.Exists(one => one.Item is LeaseExtension extension && extension.Progress == progress);

    /// <summary>Dequeues of unknown outcome that had begun and may have taken such a message.</summary>
    public List<(DequeueRequest Request, long Start, long StartMs)> LostDequeues(Metadata metadata, long until) =>
        _lostDequeues.FindAll(lost => lost.Start <= until && metadata.Matches(lost.Request.Filter));

    /// <summary>How many messages dequeues of unknown outcome may have taken at most.</summary>
    public long LostLeases(long until) => _lostDequeues.Where(lost => lost.Start <= until).Sum(lost => (long)lost.Request.Max);

    /// <summary>Whether anything has an unknown outcome.</summary>
    public bool HasLost => _lost.Count + _lostDequeues.Count + _lostEnqueues.Count > 0;

    /// <summary>How many messages enqueues of unknown outcome may have added.</summary>
    public long LostEnqueues(Metadata filter, long until, Predicate<string> isMissing) =>
        _lostEnqueues.Count(lost => lost.Start <= until && lost.Message.Metadata.Matches(filter) && isMissing(lost.Message.Id!));

    /// <summary>Whether a dequeue of unknown outcome was made under the request id, and had begun.</summary>
    public bool IsLostRequest(string? requestId, long until) =>
        IsRepeated(requestId) && _lostDequeues.Exists(lost => lost.Request.RequestId == requestId && lost.Start <= until);

    /// <summary>The messages that calls of unknown outcome name.</summary>
    public IEnumerable<string> NamedByLost => _lost.Keys;

    // An enqueue whose message is seen later took effect.
    private void TakeUnknown(RecordedCall call, Dictionary<string, long> answered)
    {
        switch (call.Command)
        {
            case EnqueueCommand enqueue:
                _lostEnqueues.AddRange(enqueue.Messages.Select(message => (message, call.Start)));
                var seen =
                    enqueue
                        .Messages.Where(message => _creators.GetValueOrDefault(message.Id!) == call)
                        .Min(message => (long?)answered.GetValueOrDefault(message.Id!, long.MaxValue))
                    ?? long.MaxValue;
                if (seen != long.MaxValue)
                    Add(call, enqueue, null, new(call.Start, seen));
                break;
            case DequeueCommand { Request: var request }:
                Lose(call, request.Settle);
                if (request.Max == 0)
                    break;
                _lostDequeues.Add((request, call.Start, call.StartMs));
                break;
            case SettleCommand settle:
                Lose(call, settle.Items);
                break;
            case ExtendCommand extend:
                Lose(call, extend.Items);
                break;
            case CancelCommand cancel:
                Lose(call, cancel.Items);
                break;
            case RedriveCommand redrive:
                Lose(call, [redrive]);
                break;
        }
    }

    private void Lose(RecordedCall call, IEnumerable<object> items)
    {
        foreach (var item in items)
        {
            var id = Answers.IdOf(item);
            if (!_lost.TryGetValue(id, out var lost))
                _lost.Add(id, lost = []);
            lost.Add(new Lost(++_lastLost, call, item));
        }
    }
}
