using Microsoft.Extensions.DependencyInjection;
using Orleans.Messaging;
using Timestone.Grains;

namespace Timestone.Client.Orleans;

/// <summary>Finds silos as another does, and says when one is not among them any more: it died, or was told to stop.</summary>
internal sealed class WatchedGateways(IGatewayListProvider inner, OutsideCalls calls) : IGatewayListProvider
{
    private IList<Uri> _seen = [];

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => inner.MaxStaleness;

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <summary>Watches whatever a client finds its silos with.</summary>
    public static void Use(IServiceCollection services, OutsideCalls calls)
    {
        if (services.LastOrDefault(static service => service.ServiceType == typeof(IGatewayListProvider)) is not { } found)
            return;
        services[services.IndexOf(found)] =
            ServiceDescriptor.Singleton<IGatewayListProvider>(all => new WatchedGateways(Create(all, found), calls));
    }

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => InitializeGatewayListProviderAsync(CancellationToken.None);

    /// <inheritdoc/>
    public Task InitializeGatewayListProviderAsync(CancellationToken cancellationToken) =>
        inner.InitializeGatewayListProviderAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IList<Uri>> GetGateways() => GetGatewaysAsync(CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGatewaysAsync(CancellationToken cancellationToken)
    {
        var found = await inner.GetGatewaysAsync(cancellationToken).ConfigureAwait(false);

        // One that was started again has another generation in its address.
        if (Interlocked.Exchange(ref _seen, found).Except(found).Any())
            calls.SiloLost();
        return found;
    }

    private static IGatewayListProvider Create(IServiceProvider services, ServiceDescriptor found) => (IGatewayListProvider)(
        found.ImplementationInstance
        ?? found.ImplementationFactory?.Invoke(services)
        ?? ActivatorUtilities.CreateInstance(services, found.ImplementationType!));
}
