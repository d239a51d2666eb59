namespace Timestone.Cli;

/// <summary>Reads pages to their end.</summary>
internal static class Paging
{
    public static async Task<List<QueueInfo>> AllQueuesAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        var queues = new List<QueueInfo>();
        string? after = null;
        do
        {
            var page = await timestone.ListQueuesAsync(after, Limits.MaxPage, cancellationToken).ConfigureAwait(false);
            queues.AddRange(page.Queues);
            after = page.Next;
        }
        while (after is not null);
        return queues;
    }
}
