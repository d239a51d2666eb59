namespace Timestone.Engine;

/// <summary>One queue's journal, open under one epoch. Used by one owner; disposing it closes it without fencing the next.</summary>
public interface IQueueJournal : IAsyncDisposable
{
    /// <summary>Which opening of the queue this is; grows with each.</summary>
    long Epoch { get; }

    /// <summary>The queue as it was when opened.</summary>
    QueueRow Queue { get; }

    /// <summary>Whether opening it created the queue.</summary>
    bool Created { get; }

    /// <summary>
    /// Whether someone else can open the queue at any time without this owner knowing. Then an answer that rests on no
    /// change must be confirmed too: by committing an empty batch, which checks the epoch.
    /// </summary>
    bool IsShared => false;

    /// <summary>What there is room for now. Cheap: asked before every batch.</summary>
    JournalRoom Room { get; }

    /// <summary>
    /// Sets room aside for something in the batch that is committed next, and for what follows from it: what was set aside for
    /// the batch is free again when its commit ends. False when there is none: then it must be refused. Only what was asked
    /// for here, and what ends messages and leases, is sure not to make a commit fail for space.
    /// </summary>
    /// <param name="use">What for.</param>
    /// <param name="bytes">
    /// The bytes of a message's state (<see cref="RowState.Bytes"/>), of a new message's id, metadata and payload, or of whatever else is
    /// written.
    /// </param>
    /// <param name="row">The message whose state it is; else null. Where its id and metadata are written too, the journal counts them
    /// itself.</param>
    bool TryReserve(RoomUse use, long bytes, MessageRow? row = null) => true;

    /// <summary>
    /// The highest sequence that a message of the queue ever had, as far as the journal holds anything of it; 0 when none had
    /// one. Its owner goes on behind it, so that what the journal still holds of a removed message is not taken for another's.
    /// </summary>
    long LastSequence => 0;

    /// <summary>
    /// What the store's own clock says now; null where the store has none, and goes by the wall clock of its owner. Owners in several
    /// processes count by it, whose wall clocks may differ.
    /// </summary>
    StoreTime? StoreTime => null;

    /// <summary>
    /// What the machine says now of the time since its boot; null where it does not, or where owners on other machines can open the queue.
    /// From what is noted of it the next owner knows what has passed, within one boot, whatever the wall clock was set to meanwhile.
    /// </summary>
    BootTime? BootTime => null;

    /// <summary>
    /// The messages as they were when opened, in the order of their sequences, each once and with its
    /// <see cref="MessageRow.State"/> set. To be called once: the rows become the caller's.
    /// </summary>
    IEnumerable<MessageRow> TakeRows();

    /// <summary>
    /// Makes a batch durable, all or nothing. One call at a time. The batch must not be changed before the task ends.
    /// </summary>
    /// <exception cref="JournalFencedException">Someone opened the queue since: nothing was written.</exception>
    /// <exception cref="IOException">The outcome is unknown; nothing more may be committed under this epoch.</exception>
    ValueTask CommitAsync(ChangeBatch changes);

    /// <summary>
    /// Of a shared journal: checks that nobody has opened the queue since. Cheaper than an empty batch, may run beside a commit, and fails
    /// nothing but itself.
    /// </summary>
    /// <exception cref="JournalFencedException">Someone has.</exception>
    /// <exception cref="IOException">That is not known.</exception>
    ValueTask CheckAsync() => default;

    /// <summary>Gives the journal the owner that it may ask to write rows once more. A journal that never compacts ignores it.</summary>
    void Attach(IRowRewriter rewriter)
    {
    }
}
