using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>Adds Timestone to a program's services.</summary>
public static class TimestoneServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="TimestoneClient"/> of the server at an address, or of several of which one is active, as
    /// <see cref="ITimestone"/>, unless there is one already.
    /// </summary>
    /// <exception cref="ArgumentException">There is no address, or one that is not an absolute http or https one.</exception>
    public static IServiceCollection AddTimestoneClient(this IServiceCollection services, params Uri[] addresses) =>
        services.AddTimestoneClient(options => options.Addresses = addresses);

    /// <summary>Adds a <see cref="TimestoneClient"/> as <see cref="ITimestone"/>, unless there is one already.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    public static IServiceCollection AddTimestoneClient(this IServiceCollection services, Action<TimestoneClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new TimestoneClientOptions();
        configure(options);
        options = options.Validated();
        services.TryAddSingleton(provider => new TimestoneClient(options, timeProvider: provider.GetService<TimeProvider>()));
        services.TryAddSingleton<ITimestone>(static provider => provider.GetRequiredService<TimestoneClient>());
        return services;
    }

    /// <summary>
    /// Adds a <see cref="TimestoneWorker"/> that feeds a queue's messages to a handler, each in a scope of its own. It
    /// works over whatever <see cref="ITimestone"/> the services hold. A program may have several, of one queue or of many.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the queue's name or what each dequeue asks for
    /// is.</exception>
    public static IServiceCollection AddTimestoneWorker<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler
    >(this IServiceCollection services, string queue, Action<TimestoneWorkerOptions>? configure = null)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new TimestoneWorkerOptions();
        configure?.Invoke(options);
        options = options.Validated(queue);
        services.TryAddScoped<THandler>();

        // Not AddHostedService: it takes one service of a type, and a program may work on several queues.
        services.AddSingleton<IHostedService>(provider => new TimestoneWorker(
            provider.GetRequiredService<ITimestone>(),
            queue,
            new ScopedHandler<THandler>(provider.GetRequiredService<IServiceScopeFactory>()),
            options,
            provider.GetService<ILogger<TimestoneWorker>>() ?? NullLogger<TimestoneWorker>.Instance,
            provider.GetService<TimeProvider>()));
        return services;
    }
}
