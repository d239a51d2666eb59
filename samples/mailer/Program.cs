using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone;
using Timestone.Client;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddTimestoneClient(new Uri(builder.Configuration["server"] ?? "http://127.0.0.1:7070"));
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
