using System.Diagnostics;

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
    private readonly Foresight _foresight;
    private readonly QueueModel _model = new();
    private readonly Trial _trial;
    private readonly Independence _independence;
    private readonly HashSet<(long Steps, long Model)> _failed = [];
    private readonly Stack<Turn> _turns = [];
    private readonly List<Step> _order = [];
    private readonly TimeSpan _limit;
    private Step? _first;
    private long _doneKey;
    private List<Step> _longest = [];
    private List<(RecordedCall Call, Obstacle Why)> _obstacles = [];

    private LinearizabilityChecker(RecordedHistory history, long slackMs, TimeSpan limit)
    {
        _limit = limit;
        _foresight = new Foresight(history, slackMs);
        _trial = new Trial(_model, _foresight);
        _independence = new Independence(_model);
        Step? last = null;
        foreach (var step in _foresight.Steps.OrderBy(static step => step.Span.Low).ThenBy(static step => step.Index))
        {
            foreach (var sight in step.Sights)
                _model.ExpectSight(sight);
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
    /// <param name="limit">How long to search; null for five minutes.</param>
    public static Verdict Check(RecordedHistory history, TimeSpan? slack = null, TimeSpan? limit = null) =>
        new LinearizabilityChecker(history, Foresight.Ms(slack ?? TimeSpan.FromSeconds(1)), limit ?? TimeSpan.FromMinutes(5)).Search();

    private Verdict Search()
    {
        var clock = Stopwatch.StartNew();
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
                    Remember(turn);
                do
                {
                    if (_turns.Count == 0)
                        return Violation(decided: true);
                    turn = _turns.Pop();
                    turn.TakeBack(this);
                }
                while (turn.IsSettled);
            }

            if (_trial.Count % 64 == 0 && clock.Elapsed > _limit)
                return Violation(decided: false);
        }

        return new Verdict { IsLinearizable = true, Trials = _trial.Count };
    }

    // Null where the same steps were done before and the queue stood the same.
    private Turn? NewTurn() => _failed.Add((_doneKey, _model.Fingerprint)) ? new Turn(Candidates()) : null;

    // The steps of which one must be next: none of the others had ended when they began.
    private List<Step> Candidates()
    {
        var candidates = new List<Step>();
        var end = long.MaxValue;
        for (var step = _first; step is not null && step.Span.Low <= end; step = step.Next)
        {
            end = Math.Min(end, step.Span.High);
            if (step.After is null or { IsDone: true })
                candidates.Add(step);
        }

        candidates.Sort(static (a, b) => a.Time.High != b.Time.High ? a.Time.High.CompareTo(b.Time.High) : a.Span.High.CompareTo(b.Span.High));
        return candidates;
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

    // The furthest that the search came is where the violation shows.
    private void Remember(Turn turn)
    {
        if (_order.Count < _longest.Count || (_obstacles.Count > 0 && _order.Count == _longest.Count))
            return;
        _longest = [.. _order];
        _obstacles = turn.Obstacles;
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
    private sealed class Turn(List<Step> candidates)
    {
        private Choices _choices = new();
        private int _at;
        private bool _withLost;
        private bool _started;
        private int _mark;
        private Step? _done;

        public List<(RecordedCall Call, Obstacle Why)> Obstacles { get; } = [];

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
                    if (search._trial.Run(candidates[_at], _choices, _withLost))
                    {
                        _done = candidates[_at];
                        search.Do(_done);
                        IsSettled = !_withLost && _choices.IsForced && search._independence.Holds(_done, search._first, changes, now);
                        return true;
                    }

                    if (_withLost == search._foresight.HasLost)
                        Obstacles.Add((candidates[_at].Call, search._trial.Obstacle));
                    model.Return(_mark);
                }
            }

            return false;
        }

        public void TakeBack(LinearizabilityChecker search)
        {
            search.Undo(_done!);
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
