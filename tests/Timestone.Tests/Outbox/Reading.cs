using Timestone.Engine;

namespace Timestone.Tests.Outbox;

/// <summary>Reads outboxes with a limit that only a failure meets.</summary>
internal static class Reading
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The next batch.</summary>
    public static async Task<OutboxBatch> NextAsync(IOutboxReader reader)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await reader.ReadAsync(patience.Token);
    }

    /// <summary>The next batch if there is one now; else null.</summary>
    public static async Task<OutboxBatch?> NowAsync(IOutboxReader reader)
    {
        using var givesUp = new CancellationTokenSource();
        var next = reader.ReadAsync(givesUp.Token).AsTask();
        if (!next.IsCompleted)
            await givesUp.CancelAsync();
        try
        {
            return await next;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>So many entries, whatever batches they come in; nothing is acknowledged.</summary>
    public static async Task<List<OutboxEntry>> TakeAsync(IOutboxReader reader, int count)
    {
        var entries = new List<OutboxEntry>();
        while (entries.Count < count)
            entries.AddRange((await NextAsync(reader)).Entries);
        return entries;
    }
}
