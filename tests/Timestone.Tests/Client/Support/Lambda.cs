using Timestone.Client;

namespace Timestone.Tests.Client.Support;

/// <summary>A handler that is a lambda.</summary>
internal sealed class Lambda(Func<MessageContext, CancellationToken, Task> handle) : IMessageHandler
{
    public Task HandleAsync(MessageContext context, CancellationToken cancellationToken) => handle(context, cancellationToken);
}
