using Microsoft.Extensions.DependencyInjection;

namespace Timestone.Client.Worker;

/// <summary>Handles each message with a handler, and services, of its own.</summary>
internal sealed class ScopedHandler<THandler>(IServiceScopeFactory scopes) : IMessageHandler
    where THandler : IMessageHandler
{
    public async Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
            await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(context, cancellationToken).ConfigureAwait(false);
    }
}
