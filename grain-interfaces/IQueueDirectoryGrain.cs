namespace Timestone.Grains;

/// <summary>The queues by name. Its key is 0.</summary>
[Alias("timestone.queues")]
public interface IQueueDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>See <see cref="ITimestone.ListQueuesAsync"/>.</summary>
    [Alias("list"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<QueuePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken = default);
}
