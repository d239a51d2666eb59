namespace Timestone.Client.Worker;

/// <summary>A handler that is a lambda.</summary>
internal sealed class LambdaHandler<T>(Func<T, MessageContext, CancellationToken, Task> handle) : IMessageHandler<T>
{
    public Task HandleAsync(T payload, MessageContext context, CancellationToken cancellationToken) =>
        handle(payload, context, cancellationToken);
}
