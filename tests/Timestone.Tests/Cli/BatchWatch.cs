using Timestone.Cli;

namespace Timestone.Tests.Cli;

/// <summary>Notes how many messages each enqueue carried.</summary>
internal sealed class BatchWatch(ITimestone inner, List<int> batches) : ForwardingTimestone(inner)
{
    public override Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken = default
    )
    {
        batches.Add(messages.Count);
        return base.EnqueueAsync(queue, messages, cancellationToken);
    }
}
