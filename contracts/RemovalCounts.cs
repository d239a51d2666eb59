namespace Timestone;

/// <summary>
/// How many messages a queue has removed, by cause, since it was last opened: the counts are not stored and begin anew then.
/// </summary>
/// <param name="Retention">Terminal messages whose retention was over.</param>
/// <param name="Purge">Messages that someone purged.</param>
/// <param name="Bound">Errored messages beyond <see cref="QueueSettings.MaxErrored"/>.</param>
public sealed record RemovalCounts(long Retention, long Purge, long Bound);
