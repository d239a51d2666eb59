namespace Timestone.Engine;

/// <summary>One reader of an outbox. Used by one caller at a time, but for <see cref="LagAsync"/>.</summary>
public interface IOutboxReader : IAsyncDisposable
{
    /// <summary>Reads on, waiting until there is something. Several batches can be read before the first is acknowledged.</summary>
    /// <exception cref="IOException">The store cannot be read now; it can be tried again.</exception>
    ValueTask<OutboxBatch> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets go of a batch and of those read before it. After a crash what was acknowledged last may be read again: at least once, never
    /// not.
    /// </summary>
    /// <exception cref="IOException">The store cannot be written now; it can be tried again.</exception>
    ValueTask AcknowledgeAsync(OutboxBatch batch, CancellationToken cancellationToken = default);

    /// <summary>
    /// How long the oldest commit has waited that this reader has not acknowledged: zero when none waits, null when that is not known.
    /// Rather too much than too little. Anyone may ask, at any time.
    /// </summary>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default);
}
