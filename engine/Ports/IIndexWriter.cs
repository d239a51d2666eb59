namespace Timestone.Engine;

/// <summary>
/// Keeps the two indices: <em>current</em>, each message as it is, and <em>historic</em>, each transition. What is written carries the
/// message's version, so that what comes again, or late, changes nothing.
/// </summary>
public interface IIndexWriter
{
    /// <summary>Writes events; ends when the index has them all but those that it will never take, which are answered.</summary>
    /// <exception cref="IOException">The index cannot be written now; all of it can be tried again.</exception>
    Task<IReadOnlyList<RejectedEvent>> WriteAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken = default);
}
