using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Tries whether a step can come next: does to the model what was asked, and compares what that answers with what was
/// answered. Where the clock or a call of unknown outcome may have moved a message already, it has if the answer needs it.
/// </summary>
internal sealed partial class Trial
{
    private readonly QueueModel _model;
    private readonly Foresight _foresight;
    private readonly Transitions _transitions;
    private readonly List<Path> _paths = [];
    private Choices _choices = new();
    private Step _step = null!;
    private Interval _time;
    private bool _withLost;

    private readonly int _reach;

    /// <param name="model">The queue.</param>
    /// <param name="foresight">What the history tells.</param>
    /// <param name="reach">How many transitions of a message that nobody saw are thought of where no answer tells their number.</param>
    public Trial(QueueModel model, Foresight foresight, int reach)
    {
        _reach = reach;
        _model = model;
        _foresight = foresight;
        _transitions = new Transitions(foresight.Settings);
    }

    /// <summary>How many were made; a trial that follows many paths counts for several.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the last one left to the clock what a call of unknown outcome may have done instead.</summary>
    public bool IsGuess { get; private set; }

    /// <summary>Whether any could not think of all that may have happened to a message: then a failure proves nothing.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>Why the last one failed.</summary>
    public Obstacle Obstacle { get; private set; } = new("");

    /// <summary>Makes one. After a failure the model has to be taken back.</summary>
    /// <param name="step">What may come next.</param>
    /// <param name="latest">The latest time at which it may have taken effect for the sake of what comes after it.</param>
    /// <param name="choices">What is chosen where several things may have happened.</param>
    /// <param name="withLost">Whether calls of unknown outcome may have taken effect where that helps.</param>
    /// <returns>Whether the step can come next.</returns>
    public bool Run(Step step, long latest, Choices choices, bool withLost)
    {
        Count++;
        IsGuess = false;
        (_step, _choices, _withLost) = (step, choices, withLost);
        _time = step.Time.And(new Interval(_model.Now, latest));
        if (_time.IsEmpty)
        {
            return Fails(
                step.Time.IsEmpty
                    ? new Obstacle("its answer tells of a time outside of the call")
                    : new Obstacle(
                        $"it took effect between {step.Time.Low} and {step.Time.High} ms, what came before at {_model.Now} ms or later, and another by {latest} ms"
                    )
            );
        }

        foreach (var sight in step.Sights)
            _model.TakeSight(sight);
        foreach (var id in step.Missed)
            _model.TakeSight((id, 0));
        if (!CatchUp())
            return false;
        if (!Do())
            return false;
        _model.Reach(_time.Low);
        return true;
    }

    private bool Do() => (_step.Command, _step.Answer) switch
    {
        (EnqueueCommand enqueue, null) => EachOf(enqueue.Messages, Renew),
        (EnqueueCommand enqueue, IReadOnlyList<MessageResult> results) => Each(enqueue.Messages, results, Enqueue),
        (DequeueCommand dequeue, DequeueResult result) => Dequeue(dequeue.Request, result.Messages),
        (SettleCommand settle, IReadOnlyList<MessageResult> results) => Each(settle.Items, results, Settle),
        (ExtendCommand extend, IReadOnlyList<MessageResult> results) => Each(extend.Items, results, Extend),
        (CancelCommand cancel, IReadOnlyList<MessageResult> results) => Each(cancel.Items, results, Cancel),
        (RedriveCommand redrive, MessageResult result) => Redrive(redrive.Id, result),
        (RedriveCommand redrive, TimestoneError error) => Redrive(redrive.Id, new MessageResult { Error = error }),
        (GetCommand get, Message message) => Get(get.Id, message),
        (GetCommand get, TimestoneError { Code: ErrorCode.MessageNotFound }) => IsMissing(get.Id),
        (DepthCommand depth, long count) => Depth(depth, count),
        _ => Fails(new Obstacle("such an answer is none of this model's")),
    };

    private bool Each<TItem>(IReadOnlyList<TItem> items, IReadOnlyList<MessageResult> results, Func<TItem, MessageResult, int, bool> check)
    {
        if (items.Count != results.Count)
            return Fails(new Obstacle("not every item is answered"));
        for (var i = 0; i < items.Count; i++)
        {
            if (!check(items[i], results[i], i))
                return false;
        }

        return true;
    }

    private static bool EachOf<TItem>(IReadOnlyList<TItem> items, Func<TItem, int, bool> check)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (!check(items[i], i))
                return false;
        }

        return true;
    }

    // What the clock has certainly done by now; a message that a call of unknown outcome names is left until an answer shows it.
    private bool CatchUp()
    {
        while (_model.Timed.Count > 0 && _model.Timed.Min is { } due && due.Due.High <= _time.Low)
        {
            if (_foresight.MayBeLost(due.Id))
                return CatchUpAmongLost();
            if (!Fire(due))
                return false;
        }

        return true;
    }

    private bool CatchUpAmongLost()
    {
        var due = _model
            .Timed.TakeWhile(message => message.Due.High <= _time.Low)
            .Where(message => !_foresight.MayBeLost(message.Id))
            .ToList();
        if (due.Count == 0)
            return true;
        return due.TrueForAll(Fire) && CatchUpAmongLost();
    }

    private bool Fire(Standing message)
    {
        if (Follow(message, _transitions.ByClock(message, _time.Low)) is not { } next)
            return Fails(new Obstacle($"by {_time.Low} ms the clock has moved it on, which another answer denies", message.Id, message));
        _model.Put(next);
        return true;
    }

    // Whether a message may move on as far as other answers tell, and then how it stands, with the time they tell.
    private Standing? Follow(Standing from, Standing to) =>
        FollowOne(from, to) is { } next ? next.IsTimed ? Foretell(next) : next : null;

    // When the clock alone takes a message on to what some answer shows of it, that tells when it falls due.
    private Standing? Foretell(Standing message)
    {
        if (_foresight.NextByClock(message) is not var (version, sight))
            return message;
        var then = message;
        while (then.IsTimed && then.Version < version)
            then = _transitions.ByClock(then, Always.High);
        if (then.Version < version)
            return message;
        var wait = new Interval(then.UpdatedAt.Low - message.Due.Low, then.UpdatedAt.High - message.Due.High);
        var due = message.Due.And(new Interval(sight.UpdatedAt!.Value - wait.High, sight.UpdatedAt.Value - wait.Low));
        return then.State != sight.State || due.IsEmpty ? null : message with { Due = due };
    }

    private Standing? FollowOne(Standing from, Standing to)
    {
        if (from.Version == to.Version)
            return to;
        if (_model.IsToBeSeen(from.Id, from.Version))
            return null;
        if (_foresight.SightOf(to.Id, to.Version) is not { } sight)
            return to.UpdatedAt.IsEmpty || !_foresight.CanGoOn(to) ? null : to;
        if (sight.State != to.State || (sight.Attempt is { } attempt && attempt != to.Attempt))
            return null;
        if (sight.UpdatedAt is not { } at)
            return to.UpdatedAt.IsEmpty ? null : to;
        if (!to.UpdatedAt.Contains(at))
            return null;
        var exact = Interval.Exactly(at);
        return to with
        {
            UpdatedAt = exact,
            Due = !to.IsTimed
                ? to.Due
                : to.Due.And(exact.Plus(new Interval(to.Due.Low - to.UpdatedAt.Low, to.Due.High - to.UpdatedAt.High))),
        };
    }

    private bool Narrow(Interval time, Standing? about = null)
    {
        _time = _time.And(time);
        return !_time.IsEmpty
            || Fails(new Obstacle($"it would have to take effect between {time.Low} and {time.High} ms", about?.Id ?? "", about));
    }

    private bool AtLeast(long time, Standing? about = null) => Narrow(new Interval(time, long.MaxValue), about);

    private bool AtMost(long time, Standing? about = null) => Narrow(new Interval(long.MinValue, time), about);

    /// <summary>Says why it failed; always false.</summary>
    public bool Fails(Obstacle obstacle)
    {
        Obstacle = obstacle;
        return false;
    }
}
