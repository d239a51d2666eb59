namespace Timestone.Engine;

/// <summary>A message as a shared journal has it, read without opening its queue.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Row">The message, of which nobody is the owner here.</param>
public sealed record StoredMessage(QueueRow Queue, MessageRow Row)
{
    /// <summary>
    /// Whether the clock should have moved it on by a time: what is stored is then older than what its owner would answer.
    /// </summary>
    /// <param name="now">What the wall clock says; the queue may be ahead of it.</param>
    public bool IsOverdue(DateTimeOffset now) =>
        Row.State.State != MessageState.Pending && Row.State.DueAt <= Queue.LatestTimeAt(now.ToUnixTimeMilliseconds());

    /// <summary>Describes it to callers.</summary>
    public Message Describe() => MessageView.Of(Queue, Row, withToken: false);
}
