using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>
/// What a journal holds of a queue, in memory: it applies batches of changes to rows of its own, and checks of each
/// transition that it is one that a message can make.
/// </summary>
internal sealed class StoredRows(QueueRow queue)
{
    private static readonly HashSet<(MessageState?, MessageState, TransitionCause?)> Transitions =
    [
        (null, MessageState.Pending, TransitionCause.Enqueue),
        (null, MessageState.Invisible, TransitionCause.Enqueue),
        (MessageState.Invisible, MessageState.Pending, TransitionCause.Visible),
        (MessageState.Pending, MessageState.Running, TransitionCause.Dequeue),
        (MessageState.Running, MessageState.Completed, TransitionCause.Complete),
        (MessageState.Running, MessageState.Pending, TransitionCause.Release),
        (MessageState.Running, MessageState.Invisible, TransitionCause.Release),
        (MessageState.Running, MessageState.Pending, TransitionCause.Fail),
        (MessageState.Running, MessageState.Invisible, TransitionCause.Fail),
        (MessageState.Running, MessageState.Errored, TransitionCause.Fail),
        (MessageState.Running, MessageState.Pending, TransitionCause.Expire),
        (MessageState.Running, MessageState.Invisible, TransitionCause.Expire),
        (MessageState.Running, MessageState.Errored, TransitionCause.Expire),
        (MessageState.Invisible, MessageState.Canceled, TransitionCause.Cancel),
        (MessageState.Pending, MessageState.Canceled, TransitionCause.Cancel),
        (MessageState.Running, MessageState.Canceled, TransitionCause.Cancel),
        (MessageState.Errored, MessageState.Pending, TransitionCause.Redrive),
        (MessageState.Canceled, MessageState.Pending, TransitionCause.Redrive),
    ];

    private readonly SortedDictionary<long, MessageRow> _rows = [];

    public QueueRow Queue { get; private set; } = queue;

    public void Apply(ChangeBatch changes)
    {
        Queue = changes.Queue ?? Queue;
        foreach (var change in changes.Rows)
        {
            if (change.IsTransition)
                CheckTransition(change);
            if (change.Kind == ChangeKind.Removed)
                _rows.Remove(change.Row.Sequence);
            else
                _rows[change.Row.Sequence] = change.Row.In(change.State);
        }
    }

    /// <summary>The rows as an engine takes them over.</summary>
    public IEnumerable<MessageRow> Take() => _rows.Values.Select(row => row.In(row.State)).ToArray();

    private void CheckTransition(in RowChange change)
    {
        var before = _rows.GetValueOrDefault(change.Row.Sequence);
        if (before?.State.State != change.From || (before?.State.Version ?? 0) + 1 != change.State.Version)
            throw new SimulationFailure(
                Invariant.AcknowledgedIsKept,
                $"'{change.Row.Id}' went from {change.From} to {change.State.State} as its version {change.State.Version}, but it was {before?.State.State} in version {before?.State.Version}."
            );
        if (!Transitions.Contains((change.From, change.State.State, change.Cause)))
            throw new SimulationFailure(
                Invariant.AnswersEqualReference,
                $"'{change.Row.Id}' went from {change.From} to {change.State.State} by {change.Cause}, which is no transition."
            );
    }
}
