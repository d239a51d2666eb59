using Timestone.Cli;

namespace Timestone.Tests.Elasticsearch;

/// <summary>A service with which something happens between the listing of each page, which is small, and its answer.</summary>
internal sealed class Meddling(ITimestone inner, Func<Task> meddle) : ForwardingTimestone(inner)
{
    public override async Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state = null,
        string? cursor = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        var page = await base.ListMessagesAsync(queue, state, cursor, Math.Min(limit, 50), cancellationToken);
        await meddle();
        return page;
    }
}
