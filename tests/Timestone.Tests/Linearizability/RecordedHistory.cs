namespace Timestone.Tests.Linearizability;

/// <summary>All calls that were made of one queue, from when it was created empty.</summary>
/// <param name="Settings">The queue's settings, which stay.</param>
/// <param name="Calls">The calls, in any order.</param>
internal sealed record RecordedHistory(QueueSettings Settings, IReadOnlyList<RecordedCall> Calls)
{
    /// <summary>
    /// Whether its store may have had no room at any time: when is not known, so any enqueue of a message that did not exist may be refused
    /// for it.
    /// </summary>
    public bool MayBeFull { get; init; }
}
