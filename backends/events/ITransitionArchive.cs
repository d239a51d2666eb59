namespace Timestone.Events;

/// <summary>Keeps transitions for a while after they were published, so that they can be read once more.</summary>
public interface ITransitionArchive
{
    /// <summary>Reads what it still has of some messages, in no order, some of it twice.</summary>
    /// <param name="messages">The messages, <c>queue/id</c> each.</param>
    /// <param name="since">When the oldest of it happened.</param>
    /// <param name="pause">Called with how many transitions were looked at since the last call, whosever they are; waits for as long as the
    /// reading is to pause.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">It cannot be read now.</exception>
    IAsyncEnumerable<StreamEvent> ReadAsync(
        IReadOnlySet<string> messages,
        DateTimeOffset since,
        Func<int, CancellationToken, ValueTask> pause,
        CancellationToken cancellationToken = default
    );
}
