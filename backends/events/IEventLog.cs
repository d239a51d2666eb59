namespace Timestone.Events;

/// <summary>The log of events between outboxes and the index.</summary>
public interface IEventLog
{
    /// <summary>Reads the ends first, then how far the index is: what is done up to an end that was read is in the index.</summary>
    /// <exception cref="IOException">It cannot be asked now.</exception>
    Task<EventPositions> ReadAsync(CancellationToken cancellationToken = default);
}
