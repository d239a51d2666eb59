using Timestone.Tests.Simulation;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// What the whole history tells before any order is looked for: the steps to put in order, what answers show of each
/// version of each message, and what calls of unknown outcome may have done.
/// </summary>
internal sealed class Foresight
{
    private readonly Dictionary<(string Id, int Version), Sight> _sights = [];
    private readonly Dictionary<string, (long EnqueuedAt, long Priority)> _enqueues = [];
    private readonly Dictionary<string, SortedList<int, long>> _updates = [];
    private readonly Dictionary<string, (DequeueRequest Request, string Message)> _leases = [];
    private readonly Dictionary<string, NewMessage> _given = [];
    private readonly Dictionary<string, RecordedCall> _creators = [];
    private readonly Dictionary<string, SortedList<int, Sight>> _versions = [];
    private readonly HashSet<(string Id, int Version)> _moved = [];
    private readonly HashSet<string> _extended = [];
    private readonly Reachability _reachability;
    private readonly Dictionary<string, Step> _lessees = [];
    private readonly Dictionary<(string Id, int Version), Step> _takers = [];
    private readonly Dictionary<string, List<Lost>> _lost = [];
    private readonly List<(DequeueRequest Request, long Start, long StartMs)> _lostDequeues = [];
    private readonly List<(NewMessage Message, long Start)> _lostEnqueues = [];
    private readonly HashSet<string> _requests = [];
    private readonly HashSet<string> _repeatedRequests = [];
    private readonly Random _random = new(1);
    private int _lastLost;

    /// <param name="history">The history.</param>
    /// <param name="slackMs">By how much the queue's time may be behind the callers' clock: commands of one batch share the time of its beginning.</param>
    public Foresight(RecordedHistory history, long slackMs)
    {
        Settings = history.Settings;
        SlackMs = slackMs;
        _reachability = new Reachability(history.Settings.MaxAttempts);
        var answered = new Dictionary<string, long>();
        foreach (var call in history.Calls)
            Look(call, answered);
        FindCreators(history.Calls, answered);
        foreach (var call in history.Calls)
        {
            if (call.Answer is null)
                TakeUnknown(call, answered);
            else
                TakeKnown(call);
        }

        FindLessees();
        FindLeeways();
        foreach (var ((id, version), sight) in _sights)
        {
            if (!_versions.TryGetValue(id, out var versions))
                _versions.Add(id, versions = []);
            versions.Add(version, sight);
        }

        foreach (var step in Steps)
            step.Time = TimeOf(step);
        foreach (var step in Steps.Where(static step => step.After is not null))
            step.After!.Time = step.After.Time.UpTo(step.Time.High);
    }

    public QueueSettings Settings { get; }

    public long SlackMs { get; }

    public List<Step> Steps { get; } = [];

    /// <summary>Messages of one priority of which one answer shows which is served first: their rank stays for good.</summary>
    public IEnumerable<(string First, string Second)> Ties =>
        from step in Steps
        let messages = (step.Answer as DequeueResult)?.Messages ?? []
        from second in Enumerable.Range(0, messages.Count)
        from first in Enumerable.Range(0, second)
        where messages[first].Priority == messages[second].Priority
        select (messages[first].Id, messages[second].Id);

    public Sight? SightOf(string id, int version) => _sights.GetValueOrDefault((id, version));

    public (long EnqueuedAt, long Priority)? EnqueueOf(string id) => _enqueues.TryGetValue(id, out var enqueue) ? enqueue : null;

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

    /// <summary>Whether several calls were made under the request id.</summary>
    public bool IsRepeated(string? requestId) => requestId is not null && _repeatedRequests.Contains(requestId);

    /// <summary>Whether a dequeue of unknown outcome was made under the request id, and had begun.</summary>
    public bool IsLostRequest(string? requestId, long until) =>
        IsRepeated(requestId) && _lostDequeues.Exists(lost => lost.Request.RequestId == requestId && lost.Start <= until);

    public static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    private void Look(RecordedCall call, Dictionary<string, long> answered)
    {
        if (call.Command is DequeueCommand { Request.RequestId: { } request } && !_requests.Add(request))
            _repeatedRequests.Add(request);
        foreach (var message in (call.Command as EnqueueCommand)?.Messages ?? [])
            _given[message.Id!] = message;
        foreach (var message in MessagesIn(call.Answer))
        {
            var sight = new Sight(message.State, message.UpdatedAt.ToUnixTimeMilliseconds(), message.Attempt, message.Worker);
            _sights[(message.Id, message.Version)] = sight;
            if (!_updates.TryGetValue(message.Id, out var updates))
                _updates.Add(message.Id, updates = []);
            updates[message.Version] = message.UpdatedAt.ToUnixTimeMilliseconds();
            if (call.Command is DequeueCommand dequeue && message.LeaseToken is { } token)
                _leases.TryAdd(token, (dequeue.Request, message.Id));
            _enqueues.TryAdd(message.Id, (message.EnqueuedAt.ToUnixTimeMilliseconds(), message.Priority));
            See(message.Id);
        }

        if (call is { Command: RedriveCommand redrive, Answer: TimestoneError { Code: ErrorCode.IllegalTransition } })
            See(redrive.Id);
        foreach (var result in ResultsIn(call.Answer))
        {
            if (result.Error is { Code: ErrorCode.LeaseLost or ErrorCode.IllegalTransition or ErrorCode.MessageConflict })
                See(result.Id!);
            if (result.Error is not null)
                continue;
            _sights.TryAdd((result.Id!, result.Version!.Value), new Sight(result.State!.Value));
            if (call.Command is not EnqueueCommand)
                _moved.Add((result.Id!, result.Version!.Value));
            if (call.Command is ExtendCommand)
                _extended.Add(result.Id!);
            if (call.Command is not EnqueueCommand || result.Duplicate == true)
                See(result.Id!);
        }

        void See(string id) => answered[id] = Math.Min(call.End, answered.GetValueOrDefault(id, long.MaxValue));
    }

    private void TakeKnown(RecordedCall call)
    {
        if (call is { Command: DequeueCommand { Request: { Settle.Count: > 0 } request }, Answer: DequeueResult result })
        {
            var settle = Add(call, new SettleCommand(request.Settle), result.Settled ?? [], new(call.Start, call.End));
            if (request.Max > 0)
                Add(call, new DequeueCommand(request with { Settle = [] }), result with { Settled = null }, new(call.Start, call.End), settle);
        }
        else
        {
            Add(call, call.Command, call.Answer, new(call.Start, call.End));
        }
    }

    // An enqueue whose message is seen later took effect.
    private void TakeUnknown(RecordedCall call, Dictionary<string, long> answered)
    {
        switch (call.Command)
        {
            case EnqueueCommand enqueue:
                _lostEnqueues.AddRange(enqueue.Messages.Select(message => (message, call.Start)));
                var seen = enqueue.Messages.Where(message => _creators.GetValueOrDefault(message.Id!) == call).Min(message => (long?)answered.GetValueOrDefault(message.Id!, long.MaxValue)) ?? long.MaxValue;
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

    // The call that enqueued each message: the one that was told so, else the first without an answer, which might have.
    private void FindCreators(IReadOnlyList<RecordedCall> calls, Dictionary<string, long> answered)
    {
        foreach (var call in calls)
        {
            if (call is { Command: EnqueueCommand, Answer: IReadOnlyList<MessageResult> results })
            {
                foreach (var result in results.Where(static result => result.Duplicate == false))
                    _creators.TryAdd(result.Id!, call);
            }
        }

        foreach (var call in calls.Where(static call => call.Answer is null).OrderBy(static call => call.Start))
        {
            foreach (var message in (call.Command as EnqueueCommand)?.Messages ?? [])
            {
                if (answered.TryGetValue(message.Id!, out var seen) && seen >= call.Start)
                    _creators.TryAdd(message.Id!, call);
            }
        }
    }

    private void Lose(RecordedCall call, IEnumerable<object> items)
    {
        foreach (var item in items)
        {
            var id = IdOf(item);
            if (!_lost.TryGetValue(id, out var lost))
                _lost.Add(id, lost = []);
            lost.Add(new Lost(++_lastLost, call, item));
        }
    }

    private Step Add(RecordedCall call, Command command, object? answer, Interval span, Step? after = null)
    {
        var sights = new List<(string, int)>();
        sights.AddRange(MessagesIn(answer).Select(message => (message.Id, message.Version)));
        sights.AddRange(ResultsIn(answer).Where(result => result.Error is null).Select(result => (result.Id!, result.Version!.Value)));
        var step = new Step
        {
            Index = Steps.Count,
            Call = call,
            Command = command,
            Answer = answer,
            Span = span,
            After = after,
            Messages = [.. sights.Select(sight => sight.Item1), .. IdsIn(command)],
            Sights = [.. sights.Distinct()],
            Missed = [.. MissedIn(command, answer).Distinct()],
            Key = _random.NextInt64(),
        };
        Steps.Add(step);
        return step;
    }

    // The queue's time when the step took effect: exactly, where some answer shows what the step did.
    private Interval TimeOf(Step step)
    {
        var time = new Interval(step.Call.StartMs - SlackMs, step.Span.High == long.MaxValue || step.Call.Answer is null ? long.MaxValue / 4 : step.Call.EndMs);
        switch (step.Command, step.Answer)
        {
            case (EnqueueCommand enqueue, null):
                foreach (var message in enqueue.Messages.Where(message => _creators.GetValueOrDefault(message.Id!) == step.Call))
                    Narrow(EnqueueOf(message.Id!)?.EnqueuedAt);
                break;
            case (EnqueueCommand, IReadOnlyList<MessageResult> results):
                foreach (var result in results.Where(static result => result.Duplicate == false))
                    Narrow(EnqueueOf(result.Id!)?.EnqueuedAt);
                break;
            case (SettleCommand settle, IReadOnlyList<MessageResult> results):
                for (var i = 0; i < results.Count; i++)
                {
                    Narrow(UpdateOf(results[i]));
                    if (results[i] is { Duplicate: false, Id: { } id, Version: { } version } && NextUpdate(id, version) is { } next)
                        time = time.UpTo(next - (BecamePending(id, version) ? Ms(settle.Items[i].Invisible ?? TimeSpan.Zero) : 0));
                }

                break;
            case (CancelCommand or RedriveCommand, _):
                foreach (var result in ResultsIn(step.Answer))
                    Narrow(UpdateOf(result));
                break;
            case (ExtendCommand extend, IReadOnlyList<MessageResult> results):
                for (var i = 0; i < results.Count; i++)
                {
                    var item = extend.Items[i];
                    if (results[i].LeaseExpiresAt is { } expires && (item.Lease is { } given ? Ms(given) : LengthOf(item.LeaseToken)) is { } length)
                        Narrow(expires.ToUnixTimeMilliseconds() - length);
                }

                break;
            case (DequeueCommand, DequeueResult result) when result.Messages.All(message => _lessees.GetValueOrDefault(message.LeaseToken!) == step):
                foreach (var message in result.Messages)
                    Narrow(message.UpdatedAt.ToUnixTimeMilliseconds());
                break;
        }

        foreach (var (id, version) in step.Sights)
        {
            if (SightOf(id, version)?.UpdatedAt is { } updated)
                time = time with { Low = Math.Max(time.Low, updated) };
            if (NextUpdate(id, version) is { } next)
                time = time.UpTo(next);
        }

        return time;

        void Narrow(long? exactly)
        {
            if (exactly is { } at)
                time = time.And(Interval.Exactly(at));
        }
    }

    // Of several answers that show one lease, one gave it: the first to begin of those that show most might have, whoever it was,
    // or a call of unknown outcome did.
    private void FindLessees()
    {
        foreach (var step in Steps.Where(step => step is { Command: DequeueCommand dequeue, Answer: DequeueResult } && !IsLostRequest(dequeue.Request.RequestId, step.Span.High)).OrderByDescending(static step => MessagesIn(step.Answer).Count()).ThenBy(static step => step.Span.Low))
        {
            foreach (var message in MessagesIn(step.Answer))
            {
                if (_lessees.TryAdd(message.LeaseToken!, step))
                    _takers.TryAdd((message.Id, message.Version), step);
            }
        }
    }

    // A count is compared with what the steps at the same time leave open: which of them came before it is not looked for.
    private void FindLeeways()
    {
        foreach (var depth in Steps.Where(static step => step.Command is DepthCommand))
            depth.Leeway = Steps.Where(step => !step.IsRead && step.Span.Low <= depth.Span.High && step.Span.High >= depth.Span.Low).Sum(static step => (long)step.Messages.Count);
    }

    /// <summary>The filters of all counts.</summary>
    public IEnumerable<Metadata> CountedFilters => Steps.Select(static step => step.Command).OfType<DepthCommand>().Select(static depth => depth.Filter).Distinct();

    /// <summary>The messages that calls of unknown outcome name.</summary>
    public IEnumerable<string> NamedByLost => _lost.Keys;

    /// <summary>Whether a message can stand so and later as the next answer shows it that shows a later version.</summary>
    public bool CanGoOn(Standing message) =>
        !_versions.TryGetValue(message.Id, out var versions) || versions.FirstOrDefault(seen => seen.Key > message.Version) is not { Key: > 0 } next
        || _reachability.IsPossible(message.State, message.Attempt, next.Value.State, next.Value.Attempt, next.Key - message.Version, _moved.Contains((message.Id, next.Key)) || MayBeLost(message.Id));

    /// <summary>What is seen next of a message that nothing but the clock can move from its version to there; null where it is not so, or not known.</summary>
    public (int Version, Sight Sight)? NextByClock(Standing message) =>
        !MayBeLost(message.Id) && !_extended.Contains(message.Id) && _versions.TryGetValue(message.Id, out var versions)
        && versions.FirstOrDefault(seen => seen.Key > message.Version) is { Key: > 0, Value: { UpdatedAt: not null } sight } next && !_moved.Contains((message.Id, next.Key))
            ? (next.Key, sight)
            : null;

    /// <summary>Whether a message that is pending at a version still is when a step is done, because what moves it on comes later.</summary>
    public bool StaysPending(Standing message, Step until) =>
        SightOf(message.Id, message.Version + 1) is { UpdatedAt: { } next }
        && (next > until.Time.High || (_takers.TryGetValue((message.Id, message.Version + 1), out var taker) && taker.Span.Low > until.Span.High));

    private static IEnumerable<string> MissedIn(Command command, object? answer) => (command, answer) switch
    {
        (GetCommand get, TimestoneError { Code: ErrorCode.MessageNotFound }) => [get.Id],
        (RedriveCommand redrive, TimestoneError { Code: ErrorCode.MessageNotFound }) => [redrive.Id],
        _ => ResultsIn(answer).Where(static result => result.Error?.Code == ErrorCode.MessageNotFound).Select(static result => result.Id!),
    };

    private long? UpdateOf(MessageResult result) => result.Duplicate == false ? SightOf(result.Id!, result.Version!.Value)?.UpdatedAt : null;

    // Whether it was invisible to the end and not called off, if it was invisible at that version.
    private bool BecamePending(string id, int version) => SightOf(id, version)?.State == MessageState.Invisible
        && (SightOf(id, version + 1) is { State: MessageState.Pending, UpdatedAt: not null }
            || (SightOf(id, version + 1) is null && SightOf(id, version + 2) is { State: MessageState.Running, UpdatedAt: not null }));

    private long? LengthOf(string token) =>
        _leases.TryGetValue(token, out var lease) && _given.GetValueOrDefault(lease.Message) is { } given
            ? Ms(lease.Request.Lease ?? given.Lease ?? Settings.Lease)
            : null;

    private long? NextUpdate(string id, int version) =>
        _updates.TryGetValue(id, out var updates) && updates.FirstOrDefault(update => update.Key > version) is { Key: > 0 } next ? next.Value : null;

    private static string IdOf(object item) => item switch
    {
        Settlement settlement => settlement.Id,
        LeaseExtension extension => extension.Id,
        Cancellation cancellation => cancellation.Id,
        RedriveCommand redrive => redrive.Id,
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };

    private static IEnumerable<string> IdsIn(Command command) => command switch
    {
        EnqueueCommand enqueue => enqueue.Messages.Select(static message => message.Id!),
        SettleCommand settle => settle.Items.Select(static item => item.Id),
        ExtendCommand extend => extend.Items.Select(static item => item.Id),
        CancelCommand cancel => cancel.Items.Select(static item => item.Id),
        RedriveCommand redrive => [redrive.Id],
        GetCommand get => [get.Id],
        DequeueCommand or DepthCommand => [],
        _ => throw new ArgumentException($"The checker has no model of '{command}'."),
    };

    private static IEnumerable<Message> MessagesIn(object? answer) => answer switch
    {
        Message message => [message],
        DequeueResult result => result.Messages,
        _ => [],
    };

    private static IEnumerable<MessageResult> ResultsIn(object? answer) => answer switch
    {
        MessageResult result => [result],
        IReadOnlyList<MessageResult> results => results,
        DequeueResult { Settled: { } settled } => settled,
        _ => [],
    };
}
