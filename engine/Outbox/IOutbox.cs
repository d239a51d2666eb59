namespace Timestone.Engine;

/// <summary>
/// Committed transitions on their way out: part of each commit, kept until they are acknowledged, and bounded. A queue never waits for it:
/// when more waits than may, the oldest is dropped, which readers are told.
/// </summary>
public interface IOutbox
{
    /// <summary>
    /// Grows with each commit of this process that tells something, for whoever asks whether there was one since. Says nothing by itself.
    /// </summary>
    long Told { get; }

    /// <summary>What waits now. Cheap enough for a metric.</summary>
    OutboxBacklog Backlog { get; }

    /// <summary>
    /// Whether a reader that begins with the earliest now is told less than all that ever happened: the journal keeps what is, not what
    /// was.
    /// </summary>
    bool IsPartial { get; }

    /// <summary>Begins to read. What a reader has not acknowledged is kept while it is open, within the bound.</summary>
    /// <param name="name">Under which name what it acknowledges is remembered: letters and digits. One reader of a name at a time.</param>
    /// <param name="start">Where it begins.</param>
    /// <exception cref="NotSupportedException">This outbox cannot be read so.</exception>
    IOutboxReader OpenReader(string name, OutboxStart start);
}
