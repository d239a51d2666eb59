namespace Timestone.Cli;

/// <summary>Reads pages to their end.</summary>
internal static class Paging
{
    /// <summary>All queues as one page.</summary>
    public static async Task<QueuePage> AllQueuesAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        var (queues, unreadable) = (new List<QueueInfo>(), new List<string>());
        string? cursor = null, service = null;
        do
        {
            var page = await timestone.ListQueuesAsync(cursor, Limits.MaxPage, cancellationToken).ConfigureAwait(false);
            queues.AddRange(page.Queues);
            unreadable.AddRange(page.Unreadable ?? []);
            (cursor, service) = (page.Next, page.ServiceId);
        }
        while (cursor is not null);
        return new QueuePage(queues, null) { Unreadable = unreadable, ServiceId = service };
    }
}
