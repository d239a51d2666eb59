namespace Timestone.Tests.Linearizability;

/// <summary>
/// Looks for an order of a queue's calls that agrees with when they were made and in which one queue, asked one call after
/// the other, gives the very answers that were given (Wing and Gong's search, with Lowe's memory of what was tried).
/// </summary>
/// <remarks>
/// What keeps the search short: each version of a message is made once, so that an answer that shows a version says what can
/// have come before it; answers tell the queue's time, mostly to the millisecond, and it never goes back; steps that commute
/// are tried in one order alone; what is not known (which of two messages of one priority came first, when something was due,
/// what a call of unknown outcome did) is left open until an answer needs it.
/// </remarks>
internal sealed class LinearizabilityChecker
{
    private const int LongestReach = 24;

    private readonly Foresight _foresight;
    private readonly QueueModel _model;
    private readonly Trial _trial;
    private readonly Independence _independence;
    private readonly HashSet<(long Steps, long Model)> _failed = [];
    private readonly Stack<Turn> _turns = [];
    private readonly List<Step> _order = [];
    private readonly HashSet<(int, int)> _waits = [];
    private readonly long _mostTrials;
    private Step? _first;
    private long _doneKey;
    private List<Step> _longest = [];
    private List<(RecordedCall Call, Obstacle Why)> _obstacles = [];

    private LinearizabilityChecker(RecordedHistory history, long slackMs, int reach, long mostTrials)
    {
        _mostTrials = mostTrials;
        _foresight = new Foresight(history, slackMs);
        _model = new QueueModel(_foresight.CountedFilters);
        _trial = new Trial(_model, _foresight, reach);
        _independence = new Independence(_model);
        foreach (var (first, second) in _foresight.Ties)
            _model.Order(first, second);
        Step? last = null;
        foreach (var step in _foresight.Steps.OrderBy(static step => step.Span.Low).ThenBy(static step => step.Index))
        {
            foreach (var sight in step.Sights)
                _model.ExpectSight(sight);
            foreach (var id in step.Missed)
                _model.ExpectSight((id, 0));
            step.Previous = last;
            _first ??= step;
            if (last is not null)
                last.Next = step;
            last = step;
        }
    }

    /// <summary>Checks a history.</summary>
    /// <param name="history">The history, of one queue.</param>
    /// <param name="slack">By how much the queue's time may be behind the callers' clock; null for a second.</param>
    /// <param name="mostTrials">After how many trials of a call to give up. The time that takes decides nothing.</param>
    public static Verdict Check(RecordedHistory history, TimeSpan? slack = null, long mostTrials = 5_000_000)
    {
        // What nobody saw is mostly little. Where no order is found, and more may have happened, more is thought of.
        var trials = 0L;
        for (var reach = 3; ; reach *= 2)
        {
            var search = new LinearizabilityChecker(history, Foresight.Ms(slack ?? TimeSpan.FromSeconds(1)), reach, mostTrials - trials);
            var verdict = search.Search();
            trials += verdict.Trials;
            if (verdict.IsLinearizable || verdict.IsDecided || trials >= mostTrials || reach >= LongestReach)
                return verdict with { Trials = trials };
        }
    }

    private Verdict Search()
    {
        Turn? turn = NewTurn();
        while (_first is not null)
        {
            if (turn is not null && turn.Advance(this))
            {
                _turns.Push(turn);
                turn = NewTurn();
            }
            else
            {
                if (turn is not null)
                {
                    Remember(turn);
                    if (Learn(turn) is { } tooEarly)
                    {
                        turn = ReturnTo(tooEarly);
                        continue;
                    }
                }

                do
                {
                    if (_turns.Count == 0)
                        return Violation(decided: !_trial.IsCutShort);
                    turn = _turns.Pop();
                    turn.TakeBack(this);
                }
                while (turn.IsSettled);
            }

            if (_trial.Count > _mostTrials)
                return Violation(decided: false);
        }

        return new Verdict { IsLinearizable = true, Trials = _trial.Count };
    }

    // Null where the same steps were done before and the queue stood the same.
    private Turn? NewTurn() => _failed.Add((_doneKey, _model.Fingerprint)) ? new Turn(Candidates(out var latest), latest) : null;

    // The steps of which one must be next: none of the others had ended when they began. The queue's time must not pass what
    // any of them says.
    private List<Step> Candidates(out long latest)
    {
        var candidates = new List<Step>();
        var end = latest = long.MaxValue;
        for (var step = _first; step is not null && step.Span.Low <= end; step = step.Next)
        {
            end = Math.Min(end, step.Span.High);
            latest = Math.Min(latest, step.Time.High);
            if (step.After is null or { IsDone: true })
                candidates.Add(step);
        }

        // What was found to be too early comes last. What only looks may look as soon as it sees what it saw. The others come in the order
        // of the time they are known to.
        candidates.Sort(
            static (a, b) =>
                a.IsWaiting != b.IsWaiting ? a.IsWaiting.CompareTo(b.IsWaiting)
                : a.IsRead != b.IsRead ? b.IsRead.CompareTo(a.IsRead)
                : a.Time.High != b.Time.High ? a.Time.High.CompareTo(b.Time.High)
                : a.Span.High.CompareTo(b.Span.High)
        );
        return candidates;
    }

    // Whether a message that is pending by a step now keeps another step from being done ever.
    private bool Blocks(Step step, List<Step> candidates, int firstChange)
    {
        for (var i = firstChange; i < _model.Changes.Count; i++)
        {
            if (_model.Find(_model.Changes[i].Id) is not { State: MessageState.Pending, Exclusivity: null } message)
                continue;
            if (
                candidates.Find(other =>
                    other != step && _trial.IsServedBefore(message, other) && _foresight.StaysPending(message, other)
                ) is
                { } blocked
            )
                return _trial.Fails(new Obstacle($"would be in the way of: {blocked.Call.Command}", message.Id, message)) || true;
        }

        return false;
    }

    private void Do(Step step)
    {
        if (step.Previous is null)
            _first = step.Next;
        else
            step.Previous.Next = step.Next;
        if (step.Next is not null)
            step.Next.Previous = step.Previous;
        step.IsDone = true;
        _doneKey ^= step.Key;
        _order.Add(step);
    }

    private void Undo(Step step)
    {
        if (step.Previous is null)
            _first = step;
        else
            step.Previous.Next = step;
        if (step.Next is not null)
            step.Next.Previous = step;
        step.IsDone = false;
        _doneKey ^= step.Key;
        _order.RemoveAt(_order.Count - 1);
    }

    // Where a message was in the way of a step that must be next, what put it there waits for that step from now on. Returns
    // what waits and has been done too early; null where nothing new was learnt.
    private Step? Learn(Turn turn)
    {
        var earliest = int.MaxValue;
        foreach (
            var (early, late) in turn.Urgent()
                .Where(static one => one.Value.IsTooEarly)
                .SelectMany(one => Suspects(one.Key, one.Value))
                .ToList()
        )
        {
            if (early < 0 || _order[early].Span.High < late.Span.Low || !_waits.Add((_order[early].Index, late.Index)))
                continue;
            _order[early].WaitsFor.Add(late);
            earliest = Math.Min(early, earliest);
        }

        return earliest < int.MaxValue ? _order[earliest] : null;
    }

    // What may have been done too early, by its place, and before what: what put the message where it is; what freed its
    // exclusivity value; what made another pending of which a dequeue told that it is served after this one, or that dequeue,
    // which may have come after the other was taken.
    private IEnumerable<(int Early, Step Late)> Suspects(Step step, Obstacle obstacle)
    {
        yield return (LastChange(obstacle.Id, _order.Count), step);
        if (_model.LastHolderOf(obstacle.Standing?.Exclusivity) is { } holder)
            yield return (LastChange(holder.Id, _order.Count), step);
        if (obstacle.Overtaken is not { } overtaken || _model.TellerOf(obstacle.Id, overtaken) is not { } teller)
            yield break;
        var told = _order.LastIndexOf(teller);
        yield return (LastChange(overtaken, told), teller);
        if (_order.Skip(told + 1).FirstOrDefault(done => !done.IsRead && done.Messages.Contains(overtaken)) is { } next)
            yield return (told, next);
    }

    private int LastChange(string id, int before) =>
        before <= 0 ? -1 : _order.FindLastIndex(before - 1, done => !done.IsRead && done.Messages.Contains(id));

    private Turn? ReturnTo(Step step)
    {
        Step done;
        do
        {
            var turn = _turns.Pop();
            done = turn.Done!;
            turn.TakeBack(this);
        }
        while (done != step);

        // What failed did so in an order that is not tried first any more. There are only so many pairs to learn.
        _failed.Clear();
        return NewTurn();
    }

    // The furthest that the search came is where the violation shows.
    private void Remember(Turn turn)
    {
        if (_order.Count < _longest.Count || (_obstacles.Count > 0 && _order.Count == _longest.Count))
            return;
        _longest = [.. _order];
        _obstacles = [.. turn.Obstacles.Select(static one => (one.Key.Call, one.Value))];
    }

    private Verdict Violation(bool decided)
    {
        var ids = _obstacles.Select(static one => one.Why.Id).Where(static id => id.Length > 0).ToHashSet();
        var before = ids
            .SelectMany(id => _longest.Where(step => step.Messages.Contains(id)).TakeLast(4))
            .Distinct().OrderBy(_longest.IndexOf).TakeLast(24).Select(static step => step.Call);
        return new Verdict
        {
            IsLinearizable = false,
            IsDecided = decided,
            Trials = _trial.Count,
            Ordered = _longest.Count,
            Window = _obstacles,
            Before = [.. before],
        };
    }

    /// <summary>One place in the order: what may stand there, and what was tried already.</summary>
    private sealed class Turn(List<Step> candidates, long latest)
    {
        private Choices _choices = new();
        private int _at;
        private bool _withLost;
        private bool _started;
        private int _mark;

        /// <summary>What was done.</summary>
        public Step? Done { get; private set; }

        public Dictionary<Step, Obstacle> Obstacles { get; } = [];

        /// <summary>The steps that have to come before all others, by the callers' clock and by the queue's.</summary>
        public IEnumerable<KeyValuePair<Step, Obstacle>> Urgent() => Obstacles.Count == 0
            ? []
            : [Obstacles.MinBy(static one => one.Key.Span.High), Obstacles.MinBy(static one => one.Key.Time.High)];

        /// <summary>What was done commutes with all that could be done instead.</summary>
        public bool IsSettled { get; private set; }

        /// <summary>Does the next thing that can be done; false when there is none.</summary>
        public bool Advance(LinearizabilityChecker search)
        {
            var model = search._model;
            for (; _at < candidates.Count || More(search); _at++, _choices = new Choices(), _started = false)
            {
                while (_started ? _choices.Advance() : _started = true)
                {
                    _mark = model.Mark;
                    var (changes, now) = (model.Changes.Count, model.Now);
                    if (
                        search._trial.Run(candidates[_at], latest, _choices, _withLost)
                        && !search.Blocks(candidates[_at], candidates, changes)
                    )
                    {
                        Done = candidates[_at];
                        search.Do(Done);
                        IsSettled =
                            !_withLost
                            && !search._trial.IsGuess
                            && _choices.IsForced
                            && search._independence.Holds(Done, search._first, changes, now);
                        return true;
                    }

                    if (_withLost == search._foresight.HasLost)
                        Obstacles[candidates[_at]] = search._trial.Obstacle;
                    model.Return(_mark);
                }
            }

            return false;
        }

        public void TakeBack(LinearizabilityChecker search)
        {
            search.Undo(Done!);
            search._model.Return(_mark);
        }

        // Once more, with what calls of unknown outcome may have done.
        private bool More(LinearizabilityChecker search)
        {
            if (_withLost || !search._foresight.HasLost)
                return false;
            (_withLost, _at, _choices, _started) = (true, 0, new Choices(), false);
            return candidates.Count > 0;
        }
    }
}
