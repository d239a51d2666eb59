namespace Timestone.Journals.Files;

/// <summary>
/// Something that waits for the writer: mostly a record to write. The writer alone calls its methods, in the order in which they stand
/// here.
/// </summary>
internal abstract class LogWrite
{
    /// <summary>Why it was not done; set before <see cref="Complete"/>.</summary>
    public Exception? Failure { get; set; }

    /// <summary>
    /// Whether it may use up the space set aside, when its record is larger than a segment and there is no other: it ends
    /// messages, or has claimed space for new ones.
    /// </summary>
    public virtual bool MayUseReserve => false;

    /// <summary>Whether everything written before it must be flushed for it, whatever the durability.</summary>
    public virtual bool NeedsFlush => false;

    /// <summary>The record, with room for its frame at the beginning; empty when there is nothing to write (any more).</summary>
    public abstract Span<byte> Record { get; }

    /// <summary>Called first, when its turn has come.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Called when its record is durable; answers what that changes.</summary>
    public virtual Tally OnDurable(long segment) => default;

    /// <summary>Called last: answers whoever waits.</summary>
    public abstract void Complete();
}
