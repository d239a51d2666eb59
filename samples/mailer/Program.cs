using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone;
using Timestone.Client;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddTimestoneClient(new Uri(builder.Configuration["server"] ?? "http://127.0.0.1:7070"));
builder.Services.AddTimestoneWorker<SendEmail>("emails");
builder.Services.AddHostedService<WelcomeAda>();
using var host = builder.Build();
await host.RunAsync();

// The producer.
internal sealed class WelcomeAda(ITimestone timestone) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var email = new Email("ada@example.org");
        var message = new NewMessage { Id = "welcome-19", Payload = Payload.FromValue(email, EmailJson.Default.Email) };
        return timestone.EnqueueAsync("emails", message, stoppingToken);
    }
}

// The consumer.
internal sealed class SendEmail : IMessageHandler
{
    public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var email = context.Message.Payload.To(EmailJson.Default.Email)
            ?? throw new PermanentFailureException("The message has no email.");
        Console.WriteLine($"Sending {context.Message.Id} to {email.To}.");
        context.Result = Payload.FromText("sent");
        return Task.CompletedTask;
    }
}

internal sealed record Email(string To);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Email))]
internal sealed partial class EmailJson : JsonSerializerContext;
