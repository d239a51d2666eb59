namespace Timestone.Engine;

/// <summary>
/// What a reader of an outbox gets at a time; outboxes derive from it to remember where it ends. Its entries may be looked at until it is
/// acknowledged: an outbox may fill the same list again.
/// </summary>
/// <param name="entries">The entries, those of one message in the order in which they happened.</param>
/// <param name="afterGap">Whether entries before these were dropped unread, as more waited than may.</param>
public class OutboxBatch(IReadOnlyList<OutboxEntry> entries, bool afterGap)
{
    /// <summary>The entries, those of one message in the order in which they happened.</summary>
    public IReadOnlyList<OutboxEntry> Entries { get; } = entries;

    /// <summary>
    /// Whether entries before these were dropped unread, as more waited than may: whoever follows them has to start anew from the journal.
    /// </summary>
    public bool AfterGap { get; } = afterGap;
}
