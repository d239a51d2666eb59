namespace Timestone;

/// <summary>The answer to a create.</summary>
/// <param name="Queue">The queue as it stands.</param>
/// <param name="Created">False when it existed already with the same settings.</param>
public sealed record CreateQueueResult(QueueInfo Queue, bool Created);
