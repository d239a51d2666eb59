namespace Timestone.Client;

/// <summary>Enqueues payloads of one type to one queue, as JSON.</summary>
/// <typeparam name="T">The type of the payloads.</typeparam>
public interface IEnqueuer<in T>
{
    /// <summary>Enqueues a payload under a generated id, as a message with the queue's settings.</summary>
    /// <returns>The message's id and how it stands.</returns>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.EnqueueAsync"/>.</exception>
    Task<MessageResult> EnqueueAsync(T payload, CancellationToken cancellationToken = default) =>
        EnqueueAsync(payload, new NewMessage(), cancellationToken);

    /// <summary>Enqueues a payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="message">
    /// What else the message has, such as its priority. Without an id it gets a generated one; a call that is repeated after a crash needs
    /// an id of your own, or there are two messages.
    /// </param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The message's id and how it stands.</returns>
    /// <exception cref="ArgumentException">The message has a payload already.</exception>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.EnqueueAsync"/>.</exception>
    Task<MessageResult> EnqueueAsync(T payload, NewMessage message, CancellationToken cancellationToken = default);
}
