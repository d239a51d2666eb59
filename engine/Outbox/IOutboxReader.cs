namespace Timestone.Engine;

/// <summary>One reader of an outbox. Used by one caller at a time.</summary>
public interface IOutboxReader : IAsyncDisposable
{
    /// <summary>Reads on, waiting until there is something. Several batches can be read before the first is acknowledged.</summary>
    /// <exception cref="IOException">The store cannot be read now; it can be tried again.</exception>
    ValueTask<OutboxBatch> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets go of a batch and of those read before it. After a crash what was acknowledged last may be read again: at least once, never not.
    /// </summary>
    /// <exception cref="IOException">The store cannot be written now; it can be tried again.</exception>
    ValueTask AcknowledgeAsync(OutboxBatch batch, CancellationToken cancellationToken = default);
}
