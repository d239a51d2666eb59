using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>What messages count for, of one queue or of all; also a difference between two such counts.</summary>
/// <param name="Stored">Messages.</param>
/// <param name="Bytes">What the messages would take in a log that held nothing else.</param>
/// <param name="Need">What must be set aside for what is still to happen to them.</param>
/// <param name="Rewritten">What compaction has written again of them.</param>
internal readonly record struct Tally(long Stored, long Bytes, long Need, long Rewritten = 0)
{
    /// <summary>Bytes of the numbers of a new state, its share of a commit of its own included, at the most.</summary>
    public const int MostNumbers = 112;

    private const int Removal = 40;

    /// <summary>What a queue counts for: the record of its deletion, or of its row once more.</summary>
    public static Tally OfQueue => new(0, QueueRow.MaxBytes / 2, 2 * QueueRow.MaxBytes);

    /// <summary>What one message counts for.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="contentBytes">What it takes in the log beside its state's texts.</param>
    /// <param name="stateBytes">Its <see cref="RowState.Bytes"/>.</param>
    /// <param name="told">What telling a change of it takes; 0 where commits are not told in full.</param>
    public static Tally Of(MessageState state, long contentBytes, long stateBytes, long told) =>
        new Tally(1, contentBytes, 0) + InState(state, stateBytes, told);

    /// <summary>What being in a state counts for.</summary>
    /// <remarks>
    /// Each has its removal to come, and compaction may have to write its texts once more. Before that a pending one can be
    /// canceled; an invisible one becomes pending first; a running one comes back first, with an error, or ends with a result.
    /// </remarks>
    public static Tally InState(MessageState state, long stateBytes, long told)
    {
        var transitions = state switch
        {
            MessageState.Pending => 1,
            MessageState.Invisible => 2,
            MessageState.Running => 3,
            _ => 0,
        };
        var need = Removal + told + stateBytes + (transitions * (MostNumbers + stateBytes + told));
        return new(0, stateBytes, state == MessageState.Running ? need + Limits.MaxResultBytes : need);
    }

    public static Tally operator +(Tally a, Tally b) =>
        new(a.Stored + b.Stored, a.Bytes + b.Bytes, a.Need + b.Need, a.Rewritten + b.Rewritten);

    public static Tally operator -(Tally a, Tally b) =>
        new(a.Stored - b.Stored, a.Bytes - b.Bytes, a.Need - b.Need, a.Rewritten - b.Rewritten);
}
