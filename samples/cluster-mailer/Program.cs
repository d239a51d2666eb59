using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Client;
using Timestone.Client.Orleans;

var builder = Host.CreateApplicationBuilder(args);
builder.AddTimestoneOrleansClient(options => options.Redis = builder.Configuration["redis"] ?? "127.0.0.1:6379");
builder.Services.AddTimestoneEnqueuer<Email>("emails");
builder.Services.AddTimestoneWorker<Email>("emails", (email, context, cancellationToken) =>
{
    Console.WriteLine($"Sending {context.Id} to {email.To}.");
    return Task.CompletedTask;
});
using var host = builder.Build();
await host.StartAsync();

var emails = host.Services.GetRequiredService<IEnqueuer<Email>>();
await emails.EnqueueAsync(new Email("ada@example.org"));
await host.WaitForShutdownAsync();

internal sealed record Email(string To);
