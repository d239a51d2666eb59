namespace Timestone.Engine;

/// <summary>Where what is read of an outbox goes.</summary>
public interface IOutboxSink
{
    /// <summary>
    /// Delivers a batch; ends when all of it is kept there. The same entries can come again, and after a failure they do.
    /// </summary>
    /// <exception cref="IOException">It could not be delivered now, or only in part; it is to be tried again.</exception>
    ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default);
}
