using System.Numerics;

namespace Timestone.Engine;

/// <summary>
/// A walk over the messages that are in some states when it begins, done in steps so that no step is long. It begins with its first step:
/// <see cref="QueueEngine.RedriveNext"/> or <see cref="QueueEngine.PurgeNext"/>.
/// </summary>
/// <remarks>
/// <para>It covers a message until the message leaves these states or is redriven. What enters the states while the sweep goes on has come
/// later and is passed over, also when it was there before. So a sweep ends, whatever producers and consumers do beside it.</para>
/// <para>It walks state by state, in the order of <see cref="MessageState"/>, and by rank in each. Whatever moves a message from one of its
/// states to another without a redrive (its invisibility ends, it is canceled) moves it to a later state: so what is covered is always
/// ahead of the walk.
/// </para>
/// <para>Of use with one engine, which changes it. Whoever does not step until <see cref="SweepStep.IsDone"/> tells the engine by
/// <see cref="QueueEngine.End(Sweep)"/>: until then it costs every transition a look, and memory of a bit for each message.</para>
/// </remarks>
public sealed class Sweep
{
    /// <summary>Messages that a step looks at.</summary>
    public const int UsualStepSize = 1000;

    private readonly int _states;

    // The sequence of the last message enqueued before it began, and the highest slot of one.
    private long _lastSequence;
    private int _lastSlot;

    // A bit for each slot, set when its message has left the states, or come into them, since the sweep began. Null while none is set.
    // The bit of a slot that another message takes meanwhile is not cleared: that message was enqueued later.
    private ulong[]? _uncovered;

    /// <summary>Makes a sweep that has not begun.</summary>
    /// <param name="states">The states whose messages it covers: at least one, and not running, as consumers hold those messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no state, or running is among them.</exception>
    public Sweep(params ReadOnlySpan<MessageState> states)
        : this(UsualStepSize, states)
    {
    }

    internal Sweep(int stepSize, params ReadOnlySpan<MessageState> states)
    {
        StepSize = stepSize;
        foreach (var state in states)
            _states |= 1 << (int)state;
        ArgumentOutOfRangeException.ThrowIfZero(_states, nameof(states));
        ArgumentOutOfRangeException.ThrowIfEqual(Includes(MessageState.Running), true, nameof(states));
        State = (MessageState)BitOperations.TrailingZeroCount(_states);
    }

    internal int StepSize { get; }

    /// <summary>Where the next step begins: the state, and the rank in it.</summary>
    internal MessageState State { get; private set; }

    internal Rank From { get; private set; } = Rank.Least;

    /// <summary>How many messages are covered.</summary>
    internal long Left { get; private set; }

    internal bool HasBegun { get; private set; }

    internal bool HasEnded { get; private set; }

    internal void Begin(long covered, long lastSequence, int lastSlot)
    {
        (HasBegun, Left) = (true, covered);
        (_lastSequence, _lastSlot) = (lastSequence, lastSlot);
    }

    internal void End()
    {
        HasEnded = true;
        _uncovered = null;
    }

    internal bool Includes(MessageState state) => (_states & (1 << (int)state)) != 0;

    internal bool Covers(MessageRow row) => Includes(row.State.State) && !HasComeLater(row);

    internal void GoOn(in Rank from) => From = from;

    /// <summary>Goes on with the next state; false when there is none.</summary>
    internal bool GoOnWithNextState()
    {
        var later = _states & (-2 << (int)State);
        if (later == 0)
            return false;
        (State, From) = ((MessageState)BitOperations.TrailingZeroCount(later), Rank.Least);
        return true;
    }

    /// <summary>Notes that a message has made a transition.</summary>
    internal void Moved(MessageRow row, MessageState from, TransitionCause cause)
    {
        if (HasComeLater(row))
            return;
        var wasCovered = Includes(from);
        if (wasCovered && Includes(row.State.State) && cause != TransitionCause.Redrive)
            return;
        Left -= wasCovered ? 1 : 0;
        _uncovered ??= new ulong[(_lastSlot / 64) + 1];
        _uncovered[row.Slot / 64] |= 1UL << (row.Slot % 64);
    }

    /// <summary>Notes that a message is about to be removed.</summary>
    internal void Removing(MessageRow row) => Left -= Covers(row) ? 1 : 0;

    private bool HasComeLater(MessageRow row) =>
        row.Sequence > _lastSequence || (_uncovered is not null && (_uncovered[row.Slot / 64] & (1UL << (row.Slot % 64))) != 0);
}
