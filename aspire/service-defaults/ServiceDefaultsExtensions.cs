using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Timestone.ServiceDefaults;

/// <summary>
/// What every host of Timestone has besides its own. How it can be asked for its health are routes of the API, which each has, too.
/// </summary>
public static class ServiceDefaultsExtensions
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Adds telemetry: metrics of Timestone, Orleans, ASP.NET Core and the runtime, and traces, by OTLP to where
    /// OTEL_EXPORTER_OTLP_ENDPOINT says. Without that nothing is collected. OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say who sends
    /// them.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="service">What it is called there.</param>
    public static void AddServiceDefaults(this IHostApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Configuration.SendsTelemetry())
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service).AddEnvironmentVariableDetector())
            .WithMetrics(static metrics => metrics
                .AddMeter("Timestone*", "Microsoft.Orleans")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(static traces => traces
                .AddSource("Timestone*", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }

    /// <summary>Whether it is said where telemetry goes. What costs something on each call need not be done otherwise.</summary>
    public static bool SendsTelemetry(this IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrEmpty(configuration[Endpoint]);
    }
}
