namespace Timestone.Engine;

/// <summary>
/// Names one message: an id can be used again after its message was removed, a sequence cannot, for as long as the journal
/// holds anything of that message (see <see cref="IQueueJournal.LastSequence"/>).
/// </summary>
public readonly record struct RowKey(string Id, long Sequence);
