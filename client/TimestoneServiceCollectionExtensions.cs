using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Timestone.Client.Sending;
using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>Adds Timestone to a program's services.</summary>
public static class TimestoneServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="TimestoneClient"/> of the server at an address, or of several of which one is active, as
    /// <see cref="ITimestone"/>, unless there is one already. Without an address that of the options counts.
    /// </summary>
    /// <exception cref="ArgumentException">An address is not an absolute http, https, grpc or grpcs one.</exception>
    public static IServiceCollection AddTimestoneClient(this IServiceCollection services, params Uri[] addresses) =>
        services.AddTimestoneClient(To(addresses));

    /// <summary>
    /// Adds a <see cref="TimestoneClient"/> as <see cref="ITimestone"/>, unless there is one already. It sends with the
    /// <see cref="HttpClient"/> called <see cref="TimestoneClient.HttpClientName"/>. Its options are the unnamed ones, which can be bound
    /// from configuration; what is configured here outweighs them.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    public static IServiceCollection AddTimestoneClient(this IServiceCollection services, Action<TimestoneClientOptions> configure) =>
        AddClient(services, null, configure);

    /// <summary>As <see cref="AddTimestoneClient(IServiceCollection, Uri[])"/>, for a program that has several.</summary>
    /// <exception cref="ArgumentException">An address is not an absolute http, https, grpc or grpcs one.</exception>
    public static IServiceCollection AddKeyedTimestoneClient(this IServiceCollection services, string key, params Uri[] addresses) =>
        services.AddKeyedTimestoneClient(key, To(addresses));

    /// <summary>
    /// As <see cref="AddTimestoneClient(IServiceCollection, Action{TimestoneClientOptions})"/>, for a program that has several. The key is
    /// that of the services and the name of the options.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    public static IServiceCollection AddKeyedTimestoneClient(
        this IServiceCollection services,
        string key,
        Action<TimestoneClientOptions> configure
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return AddClient(services, key, configure);
    }

    /// <summary>
    /// Adds a <see cref="TimestoneWorker"/> that feeds a queue's messages to a handler, each in a scope of its own. It
    /// works over whatever <see cref="ITimestone"/> the services hold. A program may have several, of one queue or of many.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="queue">The queue; it need not exist yet.</param>
    /// <param name="configure">
    /// The worker's options. It begins with those that have the queue's name, which can be bound from configuration.
    /// </param>
    /// <param name="client">The key of the <see cref="ITimestone"/>; null for the one without a key.</param>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the queue's name or what each dequeue asks for
    /// is.</exception>
    public static IServiceCollection AddTimestoneWorker<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] THandler
    >(this IServiceCollection services, string queue, Action<TimestoneWorkerOptions>? configure = null, string? client = null)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddScoped<THandler>();
        return AddWorker(
            services,
            queue,
            static (provider, json) =>
            {
                PayloadJson.CheckTypesOf(typeof(THandler), json);
                return new ScopedHandler<THandler>(provider.GetRequiredService<IServiceScopeFactory>());
            },
            configure,
            client
        );
    }

    /// <summary>Adds a <see cref="TimestoneWorker"/> whose handler is a lambda, which takes JSON payloads of one type.</summary>
    /// <param name="services">The services.</param>
    /// <param name="queue">The queue; it need not exist yet.</param>
    /// <param name="handle">Handles a message, as <see cref="IMessageHandler{T}"/> does; several run at a time.</param>
    /// <param name="configure">
    /// The worker's options. It begins with those that have the queue's name, which can be bound from configuration.
    /// </param>
    /// <param name="client">The key of the <see cref="ITimestone"/>; null for the one without a key.</param>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the queue's name or what each dequeue asks for
    /// is.</exception>
    public static IServiceCollection AddTimestoneWorker<T>(
        this IServiceCollection services,
        string queue,
        Func<T, MessageContext, CancellationToken, Task> handle,
        Action<TimestoneWorkerOptions>? configure = null,
        string? client = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(handle);
        return AddWorker(
            services,
            queue,
            (_, json) =>
            {
                PayloadJson.TypeOf<T>(json);
                return new LambdaHandler<T>(handle);
            },
            configure,
            client
        );
    }

    /// <summary>Adds an <see cref="IEnqueuer{T}"/> of a queue.</summary>
    /// <param name="services">The services.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="json">How payloads are written, as <see cref="TimestoneWorkerOptions.Json"/> says how they are read.</param>
    /// <param name="client">The key of the <see cref="ITimestone"/>; null for the one without a key.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the queue's name is.</exception>
    public static IServiceCollection AddTimestoneEnqueuer<T>(
        this IServiceCollection services,
        string queue,
        JsonSerializerOptions? json = null,
        string? client = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        Validation.CheckQueueName(queue);
        return services.AddSingleton<IEnqueuer<T>>(provider => new Enqueuer<T>(
            provider.GetRequiredKeyedService<ITimestone>(client),
            queue,
            PayloadJson.TypeOf<T>(json)
        ));
    }

    private static Action<TimestoneClientOptions> To(Uri[] addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return options =>
        {
            if (addresses.Length > 0)
                options.Addresses = addresses;
        };
    }

    private static IServiceCollection AddClient(IServiceCollection services, string? key, Action<TimestoneClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(TimestoneClient) && Equals(service.ServiceKey, key)))
            return services;

        // What is wrong in the code is refused where it stands; what is wrong in the configuration, when the host starts.
        var written = new TimestoneClientOptions();
        configure(written);
        written.Validated();

        var name = key ?? Options.DefaultName;
        var http = key is null ? TimestoneClient.HttpClientName : $"{TimestoneClient.HttpClientName}.{key}";
        services.AddOptions<TimestoneClientOptions>(name).PostConfigure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TimestoneClientOptions>, OptionsCheck>());
        AddHttpClient(services, http, name);
        services.AddKeyedSingleton(
            key,
            (provider, _) => new TimestoneClient(
                OptionsOf(provider, name),
                _ => provider.GetRequiredService<IHttpClientFactory>().CreateClient(http),
                provider.GetService<TimeProvider>()
            )
        );
        services.TryAddKeyedSingleton<ITimestone>(key, (provider, _) => provider.GetRequiredKeyedService<TimestoneClient>(key));
        return services;
    }

    private static void AddHttpClient(IServiceCollection services, string http, string name) =>
        services
            .AddHttpClient(http, static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => Connections.Pooled(OptionsOf(provider, name)))
            // The client lives as long as the program, and its connections look names up again by themselves.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // A line for each poll says nothing.
            .RemoveAllLoggers()
            // What a program adds to all its clients is not meant for this one: limits and retries, as Aspire's defaults have them, would
            // cut the wait for messages. What it adds to this one comes later and stays.
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => handlers.Clear());

    private static TimestoneClientOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<TimestoneClientOptions>>().Get(name);

    private static IServiceCollection AddWorker(
        IServiceCollection services,
        string queue,
        Func<IServiceProvider, JsonSerializerOptions?, IMessageHandler> handler,
        Action<TimestoneWorkerOptions>? configure,
        string? client
    )
    {
        // As with a client: the code is checked here, the configuration when the worker is made.
        var written = new TimestoneWorkerOptions();
        configure?.Invoke(written);
        written.Validated(queue);

        // Not AddHostedService: it takes one service of a type, and a program may work on several queues.
        services.AddOptions();
        return services.AddSingleton<IHostedService>(provider =>
        {
            // Made anew, as two workers of a queue may differ.
            var options = provider.GetRequiredService<IOptionsFactory<TimestoneWorkerOptions>>().Create(queue);
            configure?.Invoke(options);
            return new TimestoneWorker(
                provider.GetRequiredKeyedService<ITimestone>(client),
                queue,
                handler(provider, options.Json),
                options,
                provider.GetService<ILogger<TimestoneWorker>>() ?? NullLogger<TimestoneWorker>.Instance,
                provider.GetService<TimeProvider>()
            );
        });
    }
}
