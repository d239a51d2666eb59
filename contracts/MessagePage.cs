namespace Timestone;

/// <summary>A page of a queue's messages. A message that changes state while pages are read may be missed or met twice.</summary>
/// <param name="Messages">The messages, by state, then in the order in which that state is left (pending ones as they would be
/// dequeued).</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
public sealed record MessagePage(IReadOnlyList<Message> Messages, string? Next);
