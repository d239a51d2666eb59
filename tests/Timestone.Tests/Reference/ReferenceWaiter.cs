namespace Timestone.Tests.Reference;

/// <summary>A dequeue of <see cref="ReferenceTimestone"/> that waits for a message until a time of its queue.</summary>
internal sealed record ReferenceWaiter(ReferenceQueue Queue, DequeueRequest Request, MessageResult[]? Settled, long EndsAt)
{
    public TaskCompletionSource<DequeueResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
