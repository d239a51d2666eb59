namespace Timestone.Engine;

/// <summary>One change to a message: a row to write or remove, and the transition it records if it is one.</summary>
/// <param name="Kind">What it does to the stored row.</param>
/// <param name="Cause">What made it; null where it is neither a transition nor a removal, as of an extended lease.</param>
/// <param name="From">The state before; null for an enqueue.</param>
/// <param name="Since">When the state before began, in Unix milliseconds; of an enqueue, when it happens.</param>
/// <param name="At">When, in Unix milliseconds.</param>
/// <param name="Row">The message; read only what is fixed of it.</param>
/// <param name="State">A copy of its state after the change (before it, when removed).</param>
/// <param name="BytesBefore">The <see cref="RowState.Bytes"/> of its state before, where the change replaces it; else 0.</param>
public readonly record struct RowChange(
    ChangeKind Kind,
    TransitionCause? Cause,
    MessageState? From,
    long Since,
    long At,
    MessageRow Row,
    RowState State,
    int BytesBefore = 0
)
{
    /// <summary>Whether this is a transition: it has raised the message's version.</summary>
    public bool IsTransition => Cause is not null && Kind != ChangeKind.Removed;
}
