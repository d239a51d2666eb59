using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Timestone;
using Timestone.Aspire.Client;
using Timestone.Client;

// Where a program finds the clients of Aspire without a using of its own.
namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Timestone's client to a program of an Aspire app.</summary>
public static class AspireTimestoneExtensions
{
    private const string Section = "Aspire:Timestone:Client";

    /// <summary>
    /// Adds a <see cref="TimestoneClient"/>, also as <see cref="ITimestone"/>, with a health check, traces and metrics. Another one of the
    /// same program is keyed (<see cref="AddKeyedTimestoneClient"/>).
    /// </summary>
    /// <param name="builder">The program.</param>
    /// <param name="connectionName">
    /// The name of the connection string, which is that of the app host's resource. It is also that of a section of
    /// <c>Aspire:Timestone:Client</c>, which outweighs what stands there for all connections.
    /// </param>
    /// <param name="configureSettings">Outweighs the settings of the configuration.</param>
    /// <param name="configureOptions">
    /// Outweighs the options of the configuration, which stand under <c>Options</c> in the same sections.
    /// </param>
    /// <exception cref="InvalidOperationException">The connection string or a setting is not what it may be, or the program has such a
    /// client.</exception>
    /// <exception cref="ArgumentException">An option is not what it may be; the exception names it.</exception>
    public static void AddTimestoneClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<TimestoneClientSettings>? configureSettings = null,
        Action<TimestoneClientOptions>? configureOptions = null
    ) => Add(builder, connectionName, key: null, configureSettings, configureOptions);

    /// <summary>As <see cref="AddTimestoneClient"/>, for a program that has several: each is a keyed service.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="name">The key, and the name of the connection string.</param>
    /// <param name="configureSettings">Outweighs the settings of the configuration.</param>
    /// <param name="configureOptions">Outweighs the options of the configuration.</param>
    /// <exception cref="InvalidOperationException">The connection string or a setting is not what it may be, or the program has such a
    /// client.</exception>
    /// <exception cref="ArgumentException">An option is not what it may be; the exception names it.</exception>
    public static void AddKeyedTimestoneClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<TimestoneClientSettings>? configureSettings = null,
        Action<TimestoneClientOptions>? configureOptions = null
    ) => Add(builder, name, key: name, configureSettings, configureOptions);

    private static void Add(
        IHostApplicationBuilder builder,
        string connection,
        string? key,
        Action<TimestoneClientSettings>? configureSettings,
        Action<TimestoneClientOptions>? configureOptions
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connection);
        if (builder.Services.Any(service => service.ServiceType == typeof(TimestoneClient) && Equals(service.ServiceKey, key)))
            throw new InvalidOperationException(
                key is null
                    ? "There is a client of Timestone. AddKeyedTimestoneClient adds another."
                    : $"There is a client of Timestone with the key '{key}'."
            );

        var all = builder.Configuration.GetSection(Section);
        var own = all.GetSection(connection);
        var settings = Settings(builder.Configuration, connection, all, own, configureSettings);
        var addresses = Addresses(settings, connection);

        builder.Services.AddOptions<TimestoneClientOptions>(key ?? Options.Options.DefaultName)
            .Bind(all.GetSection("Options"))
            .Bind(own.GetSection("Options"))
            .Validate(
                static options => options.Addresses.Count > 0,
                $"There is no connection string: neither ConnectionStrings:{connection} nor {Section}:ConnectionString is set."
            );
        Action<TimestoneClientOptions> configure = written =>
        {
            if (addresses is not [])
                written.Addresses = addresses;
            configureOptions?.Invoke(written);
        };
        if (key is null)
            builder.Services.AddTimestoneClient(configure);
        else
            builder.Services.AddKeyedTimestoneClient(key, configure);
        Observe(builder, key, settings);
    }

    private static TimestoneClientSettings Settings(
        IConfiguration configuration,
        string connection,
        IConfigurationSection all,
        IConfigurationSection own,
        Action<TimestoneClientSettings>? configure
    )
    {
        var settings = new TimestoneClientSettings();
        all.Bind(settings);
        own.Bind(settings);
        if (configuration.GetConnectionString(connection) is { Length: > 0 } given)
            settings.ConnectionString = given;
        configure?.Invoke(settings);
        return settings.HealthCheckTimeout > TimeSpan.Zero
            ? settings
            : throw new InvalidOperationException($"{Section}:HealthCheckTimeout must be more than 0.");
    }

    private static Uri[] Addresses(TimestoneClientSettings settings, string connection)
    {
        var texts = (settings.ConnectionString ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(
            texts,
            text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "grpc" or "grpcs"
                ? address
                : throw new InvalidOperationException(
                    $"The connection string '{connection}' must have addresses, such as http://127.0.0.1:7070, and has '{text}'."
                )
        );
    }

    private static void Observe(IHostApplicationBuilder builder, string? key, TimestoneClientSettings settings)
    {
        if (!settings.DisableHealthChecks)
            builder.Services.AddHealthChecks().Add(
                new HealthCheckRegistration(
                    key is null ? "Timestone" : $"Timestone_{key}",
                    services => new TimestoneHealthCheck(services.GetRequiredKeyedService<ITimestone>(key)),
                    failureStatus: null,
                    tags: null,
                    settings.HealthCheckTimeout
                )
            );
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(static traces => traces.AddSource(TimestoneClient.TelemetryName));
        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(TimestoneClient.TelemetryName));
    }
}
