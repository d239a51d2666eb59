namespace Timestone;

/// <summary>A page of queues in the order of their names.</summary>
/// <param name="Queues">The queues.</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
public sealed record QueuePage(IReadOnlyList<QueueInfo> Queues, string? Next);
