namespace Timestone.Client;

/// <summary>What a program does with the messages of a queue. <see cref="IMessageHandler{T}"/> is the form for JSON payloads.</summary>
public interface IMessageHandler
{
    /// <summary>
    /// Works on one message. When it returns the message is completed, unless the context was told otherwise; when it throws the attempt
    /// has failed, with the exception's message as its error, and another follows if any is left. <see cref="PermanentFailureException"/>
    /// says that none should.
    /// </summary>
    /// <remarks>
    /// A message can be handled more than once: a worker can lose its lease, or die, after the work is done. What a
    /// handler does should be the same done twice.
    /// </remarks>
    /// <param name="context">The message, and what can be said of the work on it.</param>
    /// <param name="cancellationToken">
    /// Canceled when the lease is lost, as another worker may have the message then, and when the worker has waited long
    /// enough for its shutdown. What is thrown after that does not count as a failure.
    /// </param>
    Task HandleAsync(MessageContext context, CancellationToken cancellationToken);
}
