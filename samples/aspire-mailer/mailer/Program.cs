using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using Timestone;
using Timestone.Client;

var builder = Host.CreateApplicationBuilder(args);
builder.AddTimestoneClient("timestone");

// As AddServiceDefaults does in Aspire's templates: leave it out where that is called.
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
    builder.Services.AddOpenTelemetry().UseOtlpExporter();
builder.Services.AddTimestoneEnqueuer<Email>("emails");
builder.Services.AddTimestoneWorker<Email>("emails", (email, context, cancellationToken) =>
{
    Console.WriteLine($"Sending {context.Id} to {email.To}.");
    return Task.CompletedTask;
});
using var host = builder.Build();
await host.StartAsync();

var emails = host.Services.GetRequiredService<IEnqueuer<Email>>();
await emails.EnqueueAsync(new Email("ada@example.org"), new NewMessage { Id = "welcome-19" });
await host.WaitForShutdownAsync();

internal sealed record Email(string To);
