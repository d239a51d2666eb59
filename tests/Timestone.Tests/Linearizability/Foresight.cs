using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// What the whole history tells before any order is looked for: the steps to put in order, what answers show of each
/// version of each message, and what calls of unknown outcome may have done.
/// </summary>
internal sealed partial class Foresight
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
    private readonly HashSet<string> _requests = [];
    private readonly HashSet<string> _repeatedRequests = [];
    private readonly Random _random = new(1);

    /// <param name="history">The history.</param>
    /// <param name="slackMs">By how much the queue's time may be behind the callers' clock: commands of one batch share the time of its
    /// beginning.</param>
    public Foresight(RecordedHistory history, long slackMs)
    {
        Settings = history.Settings;
        MayBeFull = history.MayBeFull;
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
        FollowEachOther();
        foreach (var (first, last) in new Extensions(Steps).Order())
            last.WaitsFor.Add(first);
    }

    public QueueSettings Settings { get; }

    /// <summary>Whether the queue's store may have had no room at any time.</summary>
    public bool MayBeFull { get; }

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

    /// <summary>The filters of all counts.</summary>
    public IEnumerable<Metadata> CountedFilters =>
        Steps.Select(static step => step.Command).OfType<DepthCommand>().Select(static depth => depth.Filter).Distinct();

    public Sight? SightOf(string id, int version) => _sights.GetValueOrDefault((id, version));

    public (long EnqueuedAt, long Priority)? EnqueueOf(string id) => _enqueues.TryGetValue(id, out var enqueue) ? enqueue : null;

    /// <summary>Whether several calls were made under the request id.</summary>
    public bool IsRepeated(string? requestId) => requestId is not null && _repeatedRequests.Contains(requestId);

    public static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    private void Look(RecordedCall call, Dictionary<string, long> answered)
    {
        if (call.Command is DequeueCommand { Request.RequestId: { } request } && !_requests.Add(request))
            _repeatedRequests.Add(request);
        foreach (var message in (call.Command as EnqueueCommand)?.Messages ?? [])
            _given[message.Id!] = message;
        foreach (var message in Answers.MessagesIn(call.Answer))
        {
            var sight = new Sight(
                message.State,
                message.UpdatedAt.ToUnixTimeMilliseconds(),
                message.Attempt,
                message.Worker,
                message.Error
            );
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
        foreach (var result in Answers.ResultsIn(call.Answer))
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
                Add(
                    call,
                    new DequeueCommand(request with { Settle = [] }),
                    result with
                    {
                        Settled = null,
                    },
                    new(call.Start, call.End),
                    settle
                );
        }
        else
        {
            Add(call, call.Command, call.Answer, new(call.Start, call.End));
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

    private Step Add(RecordedCall call, Command command, object? answer, Interval span, Step? after = null)
    {
        var sights = new List<(string, int)>();
        sights.AddRange(Answers.MessagesIn(answer).Select(message => (message.Id, message.Version)));
        sights.AddRange(
            Answers.ResultsIn(answer).Where(result => result.Error is null).Select(result => (result.Id!, result.Version!.Value))
        );
        var step = new Step
        {
            Index = Steps.Count,
            Call = call,
            Command = command,
            Answer = answer,
            Span = span,
            After = after,
            Messages = [.. sights.Select(sight => sight.Item1), .. Answers.IdsIn(command)],
            Sights = [.. sights.Distinct()],
            Missed = [.. Answers.MissedIn(command, answer).Distinct()],
            Key = _random.NextInt64(),
        };
        Steps.Add(step);
        return step;
    }

    // Of several answers that show one lease, one gave it: the first to begin of those that show most might have, whoever it was,
    // or a call of unknown outcome did.
    private void FindLessees()
    {
        foreach (
            var step in Steps
                .Where(step =>
                    step is { Command: DequeueCommand dequeue, Answer: DequeueResult }
                    && !IsLostRequest(dequeue.Request.RequestId, step.Span.High)
                )
                .OrderByDescending(static step => Answers.MessagesIn(step.Answer).Count())
                .ThenBy(static step => step.Span.Low)
        )
        {
            foreach (var message in Answers.MessagesIn(step.Answer))
            {
                if (_lessees.TryAdd(message.LeaseToken!, step))
                    _takers.TryAdd((message.Id, message.Version), step);
            }
        }
    }

    // The queue's time never goes back: it is no earlier than in any step that had ended, and no later than in any that begins later.
    private void FollowEachOther()
    {
        var (ended, reached) = (new PriorityQueue<Step, long>(Steps.Select(static step => (step, step.Span.High))), long.MinValue);
        foreach (var step in Steps.OrderBy(static step => step.Span.Low))
        {
            while (ended.TryPeek(out var before, out var end) && end < step.Span.Low)
                reached = Math.Max(reached, ended.Dequeue().Time.Low);
            step.Time = step.Time with { Low = Math.Max(step.Time.Low, reached) };
        }

        var (begun, latest) = (new PriorityQueue<Step, long>(Steps.Select(static step => (step, -step.Span.Low))), long.MaxValue);
        foreach (var step in Steps.OrderByDescending(static step => step.Span.High))
        {
            while (begun.TryPeek(out var after, out var start) && -start > step.Span.High)
                latest = Math.Min(latest, begun.Dequeue().Time.High);
            step.Time = step.Time.UpTo(latest);
        }
    }

    // A count is compared with what the steps at the same time leave open: which of them came before it is not looked for.
    private void FindLeeways()
    {
        foreach (var depth in Steps.Where(static step => step.Command is DepthCommand))
            depth.Leeway = Steps
                .Where(step => !step.IsRead && step.Span.Low <= depth.Span.High && step.Span.High >= depth.Span.Low)
                .Sum(static step => (long)step.Messages.Count);
    }
}
