using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>
/// What a journal holds of a queue, in memory: it applies batches of changes to rows of its own, and checks of each
/// transition that it is one that a message can make.
/// </summary>
internal sealed class StoredRows(QueueRow queue)
{
    private static readonly HashSet<(MessageState?, MessageState, Cause)> Transitions =
    [
        (null, MessageState.Pending, Cause.Enqueue),
        (null, MessageState.Invisible, Cause.Enqueue),
        (MessageState.Invisible, MessageState.Pending, Cause.Visible),
        (MessageState.Pending, MessageState.Running, Cause.Dequeue),
        (MessageState.Running, MessageState.Completed, Cause.Complete),
        (MessageState.Running, MessageState.Pending, Cause.Release),
        (MessageState.Running, MessageState.Invisible, Cause.Release),
        (MessageState.Running, MessageState.Pending, Cause.Fail),
        (MessageState.Running, MessageState.Invisible, Cause.Fail),
        (MessageState.Running, MessageState.Errored, Cause.Fail),
        (MessageState.Running, MessageState.Pending, Cause.Expire),
        (MessageState.Running, MessageState.Invisible, Cause.Expire),
        (MessageState.Running, MessageState.Errored, Cause.Expire),
        (MessageState.Invisible, MessageState.Canceled, Cause.Cancel),
        (MessageState.Pending, MessageState.Canceled, Cause.Cancel),
        (MessageState.Running, MessageState.Canceled, Cause.Cancel),
        (MessageState.Errored, MessageState.Pending, Cause.Redrive),
        (MessageState.Canceled, MessageState.Pending, Cause.Redrive),
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
