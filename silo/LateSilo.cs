using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>
/// Starts Orleans last, when the web server listens already and Redis answers. Orleans itself gives up when Redis does not answer at once.
/// So whoever asks is told why this silo does not work yet, and an address that cannot be listened on ends the start before the
/// cluster has heard of this silo.
/// </summary>
internal sealed class LateSilo(
    Func<IReadOnlyList<IHostedService>> orleans,
    LocalService service,
    SiloPorts ports,
    DeadNeighbours? neighbours,
    SiloMembership membership
) : IHostedLifecycleService, IAsyncDisposable
{
    // Those that have started, the last one first.
    private readonly Stack<IHostedService> _started = [];

    /// <summary>Has a host start Orleans so: its silo, and what it adds beside it.</summary>
    /// <exception cref="InvalidOperationException">Orleans registers its silo in another way than this knows.</exception>
    public static void Use(IServiceCollection services)
    {
        var orleans = services.Where(static service => service.ServiceType == typeof(IHostedService) && IsOf("Orleans.", service)).ToList();
        if (!orleans.Exists(static service => service.ImplementationType?.Name == "SiloHostedService"))
            throw new InvalidOperationException("Orleans' hosted service was not found.");
        foreach (var service in orleans)
            services.Remove(service);
        services.AddHostedService(all => new LateSilo(
            () => [.. orleans.Select(service => Create(all, service))],
            all.GetRequiredService<LocalService>(),
            all.GetRequiredService<SiloPorts>(),
            all.GetService<DeadNeighbours>(),
            all.GetRequiredService<SiloMembership>()));
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        // Opening may fail for another reason while Redis is still waited for.
        await (await Task.WhenAny(service.Reached, service.Opened).WaitAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(
            false
        );
        ports.Check();
        if (neighbours is not null)
            await neighbours.BuryAsync(cancellationToken).ConfigureAwait(false);
        foreach (var hosted in orleans())
        {
            await hosted.StartAsync(cancellationToken).ConfigureAwait(false);
            _started.Push(hosted);
        }

        membership.HasJoined = true;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A silo whose start was cut short cannot be stopped: it says so with an exception.
        foreach (var hosted in _started)
            await hosted.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var hosted))
        {
            if (hosted is IAsyncDisposable disposable)
                await disposable.DisposeAsync().ConfigureAwait(false);
            else
                (hosted as IDisposable)?.Dispose();
        }
    }

    private static bool IsOf(string assembly, ServiceDescriptor service) =>
        (service.ImplementationType?.Assembly ?? service.ImplementationFactory?.Method.Module.Assembly)
            ?.FullName?.StartsWith(assembly, StringComparison.Ordinal) == true;

    private static IHostedService Create(IServiceProvider services, ServiceDescriptor service) => (IHostedService)(
        service.ImplementationFactory?.Invoke(services) ?? ActivatorUtilities.CreateInstance(services, service.ImplementationType!));

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
