namespace Timestone.Tests.Linearizability;

/// <summary>What happened to a message unseen.</summary>
internal sealed partial class Trial
{
    private static readonly Interval Always = new(long.MinValue / 4, long.MaxValue / 4);

    // Paths of one message; beyond, some are left out.
    private const int MostWalked = 20_000;

    private bool _lasts;
    private bool _isOpen;
    private int _mostVersion;
    private int _walked;

    // Lets happen to a message what makes it stand as the answer needs it: nothing, what the clock may have done, or what calls
    // of unknown outcome may have done. Null where nothing does. Without a version that is to be reached it goes no further than so
    // many transitions, and says so. What lasts is still so whatever the clock does next.
    private Standing? Become(Standing message, Predicate<Standing> goal, int? version, bool lasts = false)
    {
        var first = _paths.Count;
        (_lasts, _walked) = (lasts, 0);
        (_isOpen, _mostVersion) = (version is null, version ?? message.Version + _reach);
        Walk(new Path(message, Always, [], 0), goal);
        Count += _walked / 64;
        if (_paths.Count == first)
            return null;
        // The path is taken out before anything else is looked for.
        var path = _paths[_paths.Count - first == 1 ? first : first + _choices.Pick(_paths.Count - first)];
        _paths.RemoveRange(first, _paths.Count - first);
        if (!Narrow(path.Time, message))
            return null;
        if (path.End != message)
        {
            IsGuess |= _foresight.HasLost;
            _model.Put(path.End);
        }

        foreach (var lost in path.Lost)
            _model.Use(lost);
        for (var i = 0; i < path.LostLeases; i++)
            _model.UseLostLease();
        return path.End;
    }

    private void Walk(Path path, Predicate<Standing> goal)
    {
        var message = path.End;
        if (++_walked > MostWalked)
        {
            IsCutShort = true;
            return;
        }

        if (goal(message))
        {
            var here = message.IsTimed && !_lasts ? path.Time.UpTo(message.Due.High - 1) : path.Time;
            if (!here.And(_time).IsEmpty)
            {
                _paths.Add(path with { Time = here });
                return;
            }
        }

        IsCutShort |= _isOpen && message.Version >= _mostVersion && (message.IsTimed || _withLost);
        if (message.Version < _mostVersion)
        {
            if (message.IsTimed && message.Due.Low <= _time.High && Follow(message, _transitions.ByClock(message, _time.High)) is { } next)
                Walk(path with { End = next, Time = path.Time with { Low = Math.Max(path.Time.Low, message.Due.Low) } }, goal);
            if (_withLost && message.State == MessageState.Pending && LeaseByLost(message, path.LostLeases) is { } leased)
                Walk(path with { End = leased, LostLeases = path.LostLeases + 1 }, goal);
        }

        if (_withLost && _foresight.MayBeLost(message.Id))
            WalkLost(path, goal);
    }

    private void WalkLost(Path path, Predicate<Standing> goal)
    {
        var message = path.End;
        foreach (var lost in _foresight.LostOf(message.Id, _step.Span.High))
        {
            if (_model.IsUsed(lost) || path.Lost.Contains(lost))
                continue;
            var at = new Interval(Math.Max(lost.Call.StartMs - _foresight.SlackMs, message.UpdatedAt.Low), _time.High);
            if (_transitions.ByLost(lost, message, at) is { } moved && moved.Version <= _mostVersion && Follow(message, moved) is { } next)
                Walk(path with { End = next, Lost = path.Lost.Add(lost) }, goal);
        }
    }

    // A lease that a dequeue of unknown outcome took on a pending message. Which one is left open: each may have taken any
    // message that matches, all of them together no more than they asked for.
    private Standing? LeaseByLost(Standing message, int taken)
    {
        var dequeues = _foresight.LostDequeues(message.Given.Metadata, _step.Span.High);
        if (_foresight.SightOf(message.Id, message.Version + 1)?.Worker is { } worker)
            dequeues.RemoveAll(dequeue => dequeue.Request.Worker != worker);
        if (dequeues.Count == 0 || _model.LostLeases + taken >= _foresight.LostLeases(_step.Span.High))
            return null;
        var at = new Interval(
            Math.Max(dequeues.Min(static dequeue => dequeue.StartMs) - _foresight.SlackMs, message.UpdatedAt.Low),
            _time.High
        );
        var lengths = dequeues.ConvertAll(dequeue => _transitions.LeaseLength(dequeue.Request, message));
        var lease = new Holding(null, new Interval(lengths.Min(), lengths.Max()), null, null);
        return Follow(message, Transitions.ByLease(message, lease, at));
    }
}
