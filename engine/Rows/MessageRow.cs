namespace Timestone.Engine;

/// <summary>
/// A message as the engine holds it. What is fixed at its enqueue is here; what transitions change is in <see cref="State"/>.
/// Owned by one engine: others read only what is fixed, and states from a <see cref="RowChange"/>'s copy.
/// </summary>
public sealed class MessageRow
{
    /// <summary>Its id, unique in its queue.</summary>
    public required string Id { get; init; }

    /// <summary>Its place in the order of enqueue: unique in its queue, growing.</summary>
    public required long Sequence { get; init; }

    /// <summary>Lower is dequeued first.</summary>
    public required long Priority { get; init; }

    /// <summary>When it was enqueued, in Unix milliseconds.</summary>
    public required long EnqueuedAt { get; init; }

    /// <summary>What it carries; empty when <see cref="PayloadKind"/> is none.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>What describes it.</summary>
    public required Metadata Metadata { get; init; }

    /// <summary>What its producer asked for beyond the defaults; null when nothing.</summary>
    public EnqueueTerms? Terms { get; init; }

    /// <summary>How <see cref="Payload"/> was given.</summary>
    public required PayloadKind PayloadKind { get; init; }

    /// <summary>Where it is in its life.</summary>
    public RowState State;

    // The engine's own links: its place in the table, and its exclusivity value's lock.
    internal int Slot;
    internal ExclusivityLock? Lock;

    /// <summary>A row of its own for the same message in a state, which may become another owner's.</summary>
    public MessageRow In(in RowState state)
    {
        var copy = Copy();
        (copy.State, copy.Slot, copy.Lock) = (state, 0, null);
        return copy;
    }

    internal MessageRow Copy() => (MessageRow)MemberwiseClone();
}
