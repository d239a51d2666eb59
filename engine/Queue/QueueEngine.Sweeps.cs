namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    // Null while there is none: then transitions cost nothing more.
    private List<Sweep>? _sweeps;

    /// <summary>How many sweeps have begun and not ended.</summary>
    internal int SweepCount => _sweeps?.Count ?? 0;

    /// <summary>Redrives the next messages of a sweep over errored ones, or canceled ones.</summary>
    public SweepStep RedriveNext(Sweep sweep) => Step(sweep, static (engine, row) => engine.TryRevive(row));

    /// <summary>Removes the next messages of a sweep.</summary>
    public SweepStep PurgeNext(Sweep sweep) => Step(sweep, static (engine, row) =>
    {
        engine.Remove(row, TransitionCause.Purge);
        return true;
    });

    /// <summary>Ends a sweep, wherever it is. Again is no error.</summary>
    public void End(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        sweep.End();
        if (_sweeps?.Remove(sweep) == true && _sweeps.Count == 0)
            _sweeps = null;
    }

    private SweepStep Step(Sweep sweep, Func<QueueEngine, MessageRow, bool> action)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if (!sweep.HasBegun && !sweep.HasEnded)
            BeginSweep(sweep);
        var changed = new long[States.Count];
        var (hasRoom, isAtEnd) = (true, false);
        for (var left = sweep.StepSize; left > 0 && hasRoom && !isAtEnd && sweep.Left > 0 && !sweep.HasEnded;)
        {
            var state = sweep.State;
            var rows = RowsFrom(state, sweep.From, left);
            left -= rows.Count;
            if (left > 0)
                isAtEnd = !sweep.GoOnWithNextState();
            else
                sweep.GoOn(RankIn(state, rows[^1]).Next);
            foreach (var row in rows)
            {
                if (!sweep.Covers(row))
                    continue;
                if (!(hasRoom = action(this, row)))
                    break;
                changed[(int)state]++;
            }
        }

        var isDone = sweep.Left == 0 || !hasRoom || isAtEnd || sweep.HasEnded;
        if (isDone)
            End(sweep);
        return new SweepStep(StateCounts.Of(state => changed[(int)state]), isDone, !hasRoom);
    }

    private void BeginSweep(Sweep sweep)
    {
        var covered = 0L;
        foreach (var state in AllStates)
            covered += sweep.Includes(state) ? SetOf(state).Count : 0;
        sweep.Begin(covered, _lastSequence, _messages.LastSlot);
        (_sweeps ??= []).Add(sweep);
    }

    private void TellSweepsOfMove(MessageRow row, MessageState from, TransitionCause cause)
    {
        foreach (var sweep in _sweeps!)
            sweep.Moved(row, from, cause);
    }

    private void TellSweepsOfRemoval(MessageRow row)
    {
        foreach (var sweep in _sweeps!)
            sweep.Removing(row);
    }
}
