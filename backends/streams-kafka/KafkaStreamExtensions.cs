using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Timestone.Streams.Kafka;

/// <summary>Adds stream providers over Kafka.</summary>
public static class KafkaStreamExtensions
{
    /// <summary>Adds one to a silo: it publishes, and delivers what is on the partitions that Orleans gives it.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="options">Where the topic is, and how it is read.</param>
    /// <param name="configure">What any persistent stream provider can be told: its pulling agents, balancer, and where subscriptions are
    /// kept.</param>
    public static ISiloBuilder AddKafkaStreams(
        this ISiloBuilder builder,
        string name,
        Action<KafkaStreamOptions> options,
        Action<ISiloPersistentStreamConfigurator>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        Configure(builder.Services, name, options);
        var streams = new SiloPersistentStreamConfigurator(name, services => services(builder.Services), KafkaAdapterFactory.Create);
        configure?.Invoke(streams);
        return builder;
    }

    /// <summary>Adds one to a client: it publishes, and can subscribe to what silos deliver.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="name">The provider's name, as in the silos.</param>
    /// <param name="options">Where the topic is, as in the silos.</param>
    /// <param name="configure">What any persistent stream provider can be told.</param>
    public static IClientBuilder AddKafkaStreams(
        this IClientBuilder builder,
        string name,
        Action<KafkaStreamOptions> options,
        Action<IClusterClientPersistentStreamConfigurator>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        Configure(builder.Services, name, options);
        var streams = new ClusterClientPersistentStreamConfigurator(name, builder, KafkaAdapterFactory.Create);
        configure?.Invoke(streams);
        return builder;
    }

    private static void Configure(IServiceCollection services, string name, Action<KafkaStreamOptions> options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        services.Configure(name, options);
        services.AddTransient<IConfigurationValidator>(provider => new Validator(
            name,
            provider.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>()
        ));
    }

    private sealed class Validator(string name, IOptionsMonitor<KafkaStreamOptions> options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            try
            {
                options.Get(name).Check();
            }
            catch (ArgumentException problem)
            {
                throw new OrleansConfigurationException($"The Kafka streams '{name}': {problem.Message}", problem);
            }
        }
    }
}
