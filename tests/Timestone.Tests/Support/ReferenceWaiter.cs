namespace Timestone.Tests.Support;

/// <summary>A dequeue of <see cref="ReferenceTimestone"/> that waits for a message.</summary>
internal sealed record ReferenceWaiter(DequeueRequest Request, IReadOnlyList<MessageResult>? Settled, DateTimeOffset EndsAt)
{
    public TaskCompletionSource<DequeueResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
