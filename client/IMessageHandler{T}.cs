namespace Timestone.Client;

/// <summary>What a program does with the messages of a queue whose payloads are JSON of one type.</summary>
/// <remarks>
/// A payload that is not JSON of this type fails its message for good, with the reason as its error: no attempt could read it.
/// <see cref="TimestoneWorkerOptions.Json"/> says how payloads are read.
/// </remarks>
/// <typeparam name="T">The type of the payloads.</typeparam>
public interface IMessageHandler<T> : IMessageHandler
{
    /// <summary>Works on one message, as <see cref="IMessageHandler.HandleAsync"/> does.</summary>
    /// <param name="payload">What the message carries.</param>
    /// <param name="context">The message, and what can be said of the work on it.</param>
    /// <param name="cancellationToken">As in <see cref="IMessageHandler.HandleAsync"/>.</param>
    Task HandleAsync(T payload, MessageContext context, CancellationToken cancellationToken);

    Task IMessageHandler.HandleAsync(MessageContext context, CancellationToken cancellationToken) =>
        HandleAsync(context.Read<T>(), context, cancellationToken);
}
